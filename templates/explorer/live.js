/* The answerer that computes: the network itself, in a worker that is made of this page's own functions, or in the page
   where a browser has none. Weights come as a script, which is loaded when somebody asks. */
"use strict";

(() => {
  const packed = new Map(); // base64 by digest
  /* Called by a script of weights. */
  catvisExplorer.weights = (digest, base64) => { packed.set(digest, base64); };

  const bytesOf = (base64) => {
    const text = atob(base64), bytes = new Uint8Array(text.length);
    for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
    return bytes;
  };

  const weightsOf = async (digest, address) => {
    if (!packed.has(digest)) {
      await catvisExplorer.script(address).catch(() => {
        throw new Error(`The network's weights could not be loaded: ${new URL(address, document.baseURI)}`);
      });
    }
    if (!packed.has(digest)) throw new Error("The weights that were loaded are another network's.");
    try {
      return bytesOf(packed.get(digest)).buffer;
    } catch {
      throw new Error("The network's weights are damaged.");
    }
  };

  // What a worker is made of: functions that need nothing of the page.
  const parts = ["turn", "kernel", "operations", "network", "display", "answers"];
  const serve = () => {
    let answers = null;
    onmessage = async ({ data: { number, method, given } }) => {
      try {
        if (method === "begin") answers = await catvisExplorer.answers(...given);
        const answer = method === "begin" ? answers.about() : await answers[method](...given);
        const buffers = Array.isArray(answer) ? answer.flatMap(({ pixels }) => (pixels ? [pixels.buffer] : [])) : [];
        postMessage({ number, answer }, buffers);
      } catch (error) {
        postMessage({ number, problem: error.message });
      }
    };
  };
  const startWorker = () => {
    const functions = parts.map((part) => `catvisExplorer.${part} = ${catvisExplorer[part]};\n`);
    const text = `"use strict";\nconst catvisExplorer = {};\n${functions.join("")}(${serve})();\n`;
    const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    return new Worker(address);
  };

  /* Asks a worker; every question is a message with a number, and so is its answer. */
  const inWorker = (worker) => {
    const waiting = new Map();
    let asked = 0, answered = false, ended = null; // why it answers no more
    const fail = (message) => {
      ended = new Error(message);
      for (const { reject } of waiting.values()) reject(ended);
      waiting.clear();
    };
    const side = {
      broken: false, // before it answered anything: the page forbids workers
      ask: (method, given, buffers = []) => new Promise((resolve, reject) => {
        if (ended) {
          reject(ended);
          return;
        }
        waiting.set(++asked, { resolve, reject });
        worker.postMessage({ number: asked, method, given }, buffers);
      }),
      close: () => {
        worker.terminate();
        fail("The explorer was closed.");
      },
    };
    worker.onmessage = ({ data: { number, answer, problem } }) => {
      answered = true;
      if (!waiting.has(number)) return;
      const { resolve, reject } = waiting.get(number);
      waiting.delete(number);
      if (problem === undefined) resolve(answer);
      else reject(new Error(problem));
    };
    worker.onerror = (event) => {
      event.preventDefault();
      side.broken = !answered;
      fail("The network stopped working.");
    };
    return side;
  };
  /* The same without a worker: every answer in a turn of its own, so that the page is drawn in between. */
  const inPage = () => {
    let answers = null;
    return {
      ask: async (method, given) => {
        await catvisExplorer.turn();
        if (method !== "begin") return answers[method](...given);
        answers = await catvisExplorer.answers(...given);
        return answers.about();
      },
      close: () => { answers = null; },
    };
  };

  /* `network` is catvis.networks.portable's description, `weights` the address of its script. */
  catvisExplorer.answerers.live = ({ network: description, weights }) => {
    let side = null, isOpen = false;
    const begin = async () => {
      const buffer = await weightsOf(description.digest, weights);
      const code = catvisExplorer.wasm && bytesOf(catvisExplorer.wasm).buffer;
      const about = await side.ask("begin", [{ description, packed: buffer, code }], [buffer]);
      isOpen = true;
      return about;
    };
    const close = async () => {
      if (side) side.close();
      side = null;
      isOpen = false;
    };
    const open = async () => {
      try {
        side = inWorker(startWorker());
        return await begin();
      } catch (problem) {
        const forbidden = !side || side.broken;
        await close();
        if (!forbidden) throw problem;
      }
      side = inPage();
      return begin();
    };
    const ask = (method) => (...given) => (isOpen ? side.ask(method, given)
      : Promise.reject(new Error("The explorer is not open.")));
    return {
      open,
      addPicture: ask("addPicture"),
      classes: ask("classes"),
      overview: ask("overview"),
      children: ask("children"),
      parents: ask("parents"),
      tiles: ask("tiles"),
      close,
    };
  };
})();

// Answers from the program that serves this page, `catvis explore`: it runs on the reader's own machine.
catvisExplorer.answerers.served = (figure) => {
  const ask = async (question, given) => {
    let response;
    try {
      response = await fetch("/.catvis-answers", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ question, given }),
      });
    } catch {
      throw new Error("The program that answers is not running any more: start `catvis explore` again.");
    }
    const { answer, problem } = await response.json();
    if (problem) throw new Error(problem);
    return answer;
  };
  return {
    open: async () => ({ ...figure, computes: true }),
    openPicture: async (picture) => picture.name,
    addPicture: (pixels) => {
      let bytes = "";
      for (let at = 0; at < pixels.length; at++) if (at % 4 < 3) bytes += String.fromCharCode(pixels[at]);
      return ask("add", { pixels: btoa(bytes) });
    },
    classes: (picture, { count, silenced }) => ask("classes", { picture, count, silenced }),
    overview: async (picture, layer, { silenced }) =>
      Float32Array.from(await ask("overview", { picture, layer, silenced })),
    children: (picture, path, layer, { count, only, silenced }) =>
      ask("children", { picture, path, layer, count, only, silenced }),
    parents: (picture, unit, layer, { count, silenced }) =>
      ask("parents", { picture, unit, layer, count, silenced }),
    tiles: (picture, paths, { rule, silenced }) => ask("tiles", { picture, paths, rule, silenced }),
    close() {},
  };
};

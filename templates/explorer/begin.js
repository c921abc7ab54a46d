/* Explorers sleep until a reader touches them, or an address asks for one: until then nothing of them is loaded. */
"use strict";
(() => {
  const loaded = new Map();
  const load = (make) =>
    new Promise((resolve, reject) => {
      const element = make();
      element.onload = resolve;
      element.onerror = () => reject(new Error("A part of the explorer could not be loaded."));
      document.head.append(element);
    });
  const script = (address) => {
    if (!loaded.has(address))
      loaded.set(
        address,
        load(() => Object.assign(document.createElement("script"), { src: address, async: false })),
      );
    loaded.get(address).catch(() => loaded.delete(address));
    return loaded.get(address);
  };
  const called = (name) => new URLSearchParams(location.hash.slice(1)).get("explore") === name;
  globalThis.catvisExplorer = { answerers: {}, script, called };
  for (const box of document.querySelectorAll(".cv-explorer")) {
    const button = box.querySelector(".cv-begin");
    const wake = async (event) => {
      if (button.disabled) return;
      button.disabled = true;
      try {
        const style = load(() =>
          Object.assign(document.createElement("link"), { rel: "stylesheet", href: box.dataset.style }),
        );
        await Promise.all([style, ...box.dataset.scripts.split(" ").map(script)]);
        await catvisExplorer.begin(box);
        if (event?.detail === 0) box.querySelector('[tabindex="0"]')?.focus(); // pressed by a key
      } catch (error) {
        box.querySelector(".cv-begin-trouble").textContent =
          `${error.message} The figure above is complete without it.`;
        button.disabled = false;
      }
    };
    button.addEventListener("click", wake);
    button.parentNode.hidden = false;
    const follow = () => called(box.dataset.name) && wake();
    addEventListener("hashchange", follow);
    follow();
    if (new URLSearchParams(location.search).has("embed")) {
      document.documentElement.classList.add("cv-embedded");
      wake();
    }
  }
})();

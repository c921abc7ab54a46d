/* Figures in a page of somebody's theme. The page holds a picture of each; here the figure itself takes its place, apart
   from the page, so that neither its styles nor its scripts and the theme's know of each other. The picture is not even
   fetched; where anything fails, it is shown. */
const here = new URL(document.currentScript.src);
const asked = new Map();
const got = (address, read) => {
  if (!asked.has(address)) {
    asked.set(address, fetch(address).then((answer) => {
      if (!answer.ok) throw new Error(answer.statusText);
      return read(answer);
    }));
  }
  return asked.get(address);
};
const sheet = async (answer) => new CSSStyleSheet().replace(await answer.text());

// Addresses in a figure are relative to the file that it comes from.
const fragment = (html, base) => {
  const { content } = Object.assign(document.createElement("template"), { innerHTML: html });
  for (const image of content.querySelectorAll("img")) image.setAttribute("src", new URL(image.getAttribute("src"), base));
  return content;
};

// The browser does not look for an address inside a figure.
const go = (root) => {
  for (const unit of root.querySelectorAll(".cv-target")) unit.classList.remove("cv-target");
  const unit = open(root);
  if (!unit) return;
  unit.classList.add("cv-target");
  unit.scrollIntoView();
};

// What keeps the figure's place until it is there, as large as its picture would be.
const room = (width, height) => {
  const empty = document.createElement("div");
  empty.style.cssText = `aspect-ratio: ${width} / ${height}; max-width: ${width}px; margin: 0 auto`;
  return empty;
};

class CatvisFigure extends HTMLElement {
  async connectedCallback() {
    if (this.shadowRoot) return;
    const root = this.attachShadow({ mode: "open" });
    root.append(room(this.getAttribute("width"), this.getAttribute("height")));
    const source = new URL(this.getAttribute("source"), document.baseURI);
    const number = source.hash.slice(1);
    source.hash = "";
    const css = new URL(`catvis.css${here.search}`, here);
    try {
      const [style, figures] = await Promise.all([
        got(css.href, sheet), got(source.href, (answer) => answer.json()),
      ]);
      root.adoptedStyleSheets = [style];
      root.replaceChildren(fragment(figures[number], source));
    } catch {
      root.replaceChildren(document.createElement("slot"));
      return;
    }
    wire(root);
    addEventListener("hashchange", () => go(root));
    go(root);
  }
}
// Where a page shows several posts, each of them brings this script.
if (!customElements.get("catvis-figure")) customElements.define("catvis-figure", CatvisFigure);

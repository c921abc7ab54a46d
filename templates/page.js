/* What our own page can do without: it shows itself sooner, its figures do what figures.js has, and footnotes stand in the
   margin. */
// What is outside the window is laid out when there is time, a figure at a time.
const stages = [...document.querySelectorAll(".catvis .cv-stage")];
const idle = globalThis.requestIdleCallback ?? ((call) => setTimeout(call, 50));
const layOut = () => {
  const stage = stages.shift();
  if (!stage) return;
  stage.style.contentVisibility = "visible";
  idle(layOut);
};
addEventListener("load", () => idle(layOut));

wire(document);
addEventListener("hashchange", () => open(document));
open(document);

// Footnotes: each beside its mark, below the one before it and clear of wide figures and the contents.
const notes = [...document.querySelectorAll(".footnotes li[id]")];
const article = document.querySelector("article");
const marks = notes.map((note) => article.querySelector(`a.footnote[href="#${CSS.escape(note.id)}"]`));
const roomy = matchMedia("screen and (min-width: 1080px)");
const settle = () => {
  const fits = roomy.matches && notes.length > 0 && marks.every(Boolean);
  document.documentElement.classList.toggle("beside", fits);
  if (!fits) return notes.forEach((note) => { note.style.top = ""; });
  const origin = article.getBoundingClientRect().top;
  const blocks = [...article.querySelectorAll(":scope > :is(.contents, .cv-wide, :has(> .cv-wide))")].map((figure) => {
    const box = figure.getBoundingClientRect();
    return [box.top - origin - margin, box.bottom - origin + margin];
  });
  const order = notes.map((note, index) => [marks[index].getBoundingClientRect().top - origin, note]).sort((a, b) => a[0] - b[0]);
  let free = 0;
  for (const [wanted, note] of order) {
    let top = Math.max(wanted, free);
    for (const [start, end] of blocks) if (top + note.offsetHeight > start && top < end) top = end;
    note.style.top = `${top}px`;
    free = top + note.offsetHeight + margin;
  }
};
if (article && notes.length) {
  settle();
  addEventListener("load", settle);
  new ResizeObserver(settle).observe(article);
  roomy.addEventListener("change", settle);
}

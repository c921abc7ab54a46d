/* While an author writes: the page follows the builds, says what is mistaken where it is, and shows what is computed.
   It is sent along by the preview alone; what is published knows nothing of it. */
"use strict";
(() => {
  const { edition, events } = document.currentScript.dataset;
  const make = (tag, style, text = "") => Object.assign(document.createElement(tag), { style, textContent: text });
  const face = "font:14px/1.45 system-ui,sans-serif;color:#fff;border-radius:6px;box-sizing:border-box;";
  const red = `${face}background:#9b2c1a;padding:10px 14px;white-space:pre-wrap;overflow-wrap:anywhere;text-align:left;`;

  const board = make("div", "position:fixed;z-index:9999;inset:8px 8px auto;max-height:45vh;overflow:auto;display:grid;gap:6px;max-width:760px;margin:0 auto");
  board.setAttribute("role", "alert");
  const work = make("div", `${face}position:fixed;z-index:9999;right:12px;bottom:12px;padding:8px 12px;background:#23262b;max-width:calc(100vw - 24px)`);
  work.setAttribute("role", "status");
  document.body.append(board, work);

  const said = ({ where, message, hint }) => [where && `${where}: `, message, hint && `\n${hint}`].filter(Boolean).join("");
  const marked = [];
  const clear = () => {
    board.replaceChildren();
    for (const undo of marked.splice(0).reverse()) undo();
  };
  const mark = (figure, mistake) => {
    const stage = figure.querySelector(".cv-stage") ?? figure.firstElementChild ?? figure;
    const note = make("p", `${red}margin:0 0 8px`, said(mistake));
    note.className = "catvis-mistake";
    const look = stage.style.filter, faint = stage.style.opacity;
    stage.style.filter = "grayscale(1)";
    stage.style.opacity = ".3";
    figure.prepend(note);
    marked.push(() => {
      note.remove();
      stage.style.filter = look;
      stage.style.opacity = faint;
    });
  };
  const tell = (mistakes) => {
    clear();
    for (const mistake of mistakes) {
      board.append(make("div", red, said(mistake)));
      const figures = mistake.figure ? document.querySelectorAll(`[data-figure="${CSS.escape(mistake.figure)}"]`) : [];
      for (const figure of figures) mark(figure, mistake);
    }
  };

  let built = edition;
  new EventSource(events).onmessage = ({ data }) => {
    const news = JSON.parse(data);
    if (news.edition !== built) {
      built = news.edition;
      location.reload();
      return;
    }
    tell(news.mistakes);
    work.textContent = news.progress;
    work.hidden = !news.progress;
  };
})();

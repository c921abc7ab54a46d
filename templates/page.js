/* What the page can do without: it shows itself sooner, keeps zoomed tiles inside the window, opens details beside
   their tile and by address, and puts footnotes into the margin. */
"use strict";
(() => {
  const margin = 12;
  const tiles = document.querySelectorAll(".catvis .cv-picture, .catvis .cv-grid");

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

  // Zoom: grow up or down so that the tile stays inside the window.
  const aim = (tile) => {
    const stage = tile.closest(".cv-stage");
    const zoom = parseFloat(getComputedStyle(stage).getPropertyValue("--z")) || 2;
    const box = tile.getBoundingClientRect();
    const grown = (zoom - 1) * box.height;
    const below = innerHeight - margin - box.bottom;
    const above = box.top - margin;
    const up = Math.min(Math.max(grown - below, 0), Math.max(Math.min(grown / 2, above), grown - below));
    const share = below >= grown / 2 && above >= grown / 2 ? 0.5 : above < below ? Math.max(0, above / grown) : up / grown;
    tile.style.setProperty("--cv-from", `${100 * Math.min(1, Math.max(0, share))}%`);
    tile.closest(".catvis").classList.remove("cv-flat");
  };
  for (const tile of tiles) {
    tile.addEventListener("pointerenter", () => aim(tile));
    tile.addEventListener("focus", () => aim(tile));
  }
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const figure of document.querySelectorAll(".catvis:is(:hover, :focus-within)")) figure.classList.add("cv-flat");
  });

  // Details: beside their tile where there is room, and the address says which are open.
  const place = (panel) => {
    panel.style.inset = "";
    if (innerWidth < 760) return;
    const tile = panel.closest(".cv-unit").querySelector(".cv-picture").getBoundingClientRect();
    const reach = tile.width / 2 + margin;
    const { width, height } = panel.getBoundingClientRect();
    const right = tile.right + reach;
    const left = right + width < innerWidth - margin ? right : tile.left - reach - width;
    const top = Math.min(Math.max(margin, tile.top), innerHeight - height - margin);
    if (left > margin) panel.style.inset = `${Math.max(margin, top)}px auto auto ${left}px`;
  };
  for (const panel of document.querySelectorAll(".cv-details[popover]")) {
    panel.addEventListener("toggle", (event) => {
      if (event.newState !== "open") return;
      place(panel);
      history.replaceState(null, "", `#${panel.closest(".cv-unit").id}`);
    });
  }
  const open = () => {
    const unit = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const panel = unit && unit.classList.contains("cv-unit") && unit.querySelector(".cv-details");
    if (panel && panel.showPopover && !panel.matches(":popover-open")) panel.showPopover();
  };
  addEventListener("hashchange", open);
  open();

  // Footnotes: each beside its mark, below the one before it and clear of wide figures.
  const notes = [...document.querySelectorAll(".footnotes li[id]")];
  const article = document.querySelector("article");
  const marks = notes.map((note) => article.querySelector(`a.footnote[href="#${CSS.escape(note.id)}"]`));
  const roomy = matchMedia("screen and (min-width: 1080px)");
  const settle = () => {
    const fits = roomy.matches && notes.length > 0 && marks.every(Boolean);
    document.documentElement.classList.toggle("beside", fits);
    if (!fits) return notes.forEach((note) => { note.style.top = ""; });
    const origin = article.getBoundingClientRect().top;
    const blocks = [...article.querySelectorAll(":scope > :is(.cv-wide, :has(> .cv-wide))")].map((figure) => {
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
})();

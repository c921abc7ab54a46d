/* What figures can do without, wherever they stand: zoomed tiles stay inside the window, and details open beside their
   tile and by address. A root is the document, or what holds a figure apart from it. */
const margin = 12;

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

// Details: where they cover least of their figure's tiles, and there as near to their own tile as can be.
const place = (panel) => {
  panel.style.inset = "";
  if (innerWidth < 760) return;
  const unit = panel.closest(".cv-unit");
  const own = unit.querySelector(".cv-picture").getBoundingClientRect();
  const tiles = [...unit.parentElement.querySelectorAll(".cv-picture, .cv-look")].map((tile) => tile.getBoundingClientRect());
  const { width, height } = panel.getBoundingClientRect();
  const within = (place, size, all) => Math.max(margin, Math.min(place, all - size - margin));
  const lefts = tiles.flatMap((tile) => [tile.right + margin, tile.left - width - margin]);
  const tops = [own.top, ...tiles.flatMap((tile) => [tile.bottom + margin, tile.top - height - margin])];
  const overlap = (from, size, low, high) => Math.max(0, Math.min(from + size, high) - Math.max(from, low));
  let best = null;
  for (const left of new Set(lefts.map((place) => within(place, width, innerWidth)))) {
    for (const top of new Set(tops.map((place) => within(place, height, innerHeight)))) {
      const covered = tiles.reduce((sum, tile) => sum
        + overlap(left, width, tile.left, tile.right) * overlap(top, height, tile.top, tile.bottom), 0);
      const away = Math.hypot(left + width / 2 - (own.left + own.right) / 2, top + height / 2 - (own.top + own.bottom) / 2);
      if (!best || covered < best.covered || (covered === best.covered && away < best.away)) best = { covered, away, left, top };
    }
  }
  panel.style.inset = `${best.top}px auto auto ${best.left}px`;
};

// The command goes to the clipboard; where the browser forbids that, it is selected.
const offerCopy = (button) => {
  const command = button.previousElementSibling, name = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(command.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(command);
      button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = name; }, 2000);
  });
};

// The address says which details are open, and opens them.
const addressed = () => {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return "";
  }
};
const open = (root) => {
  const unit = root.getElementById(addressed());
  const panel = unit && unit.classList.contains("cv-unit") && unit.querySelector(".cv-details");
  if (panel && panel.showPopover && !panel.matches(":popover-open")) panel.showPopover();
  return panel ? unit : null;
};

const wire = (root) => {
  for (const tile of root.querySelectorAll(".catvis .cv-picture, .catvis .cv-look")) {
    tile.addEventListener("pointerenter", () => aim(tile));
    tile.addEventListener("focus", () => aim(tile));
  }
  for (const button of navigator.clipboard ? root.querySelectorAll(".cv-copy") : []) offerCopy(button);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const figure of root.querySelectorAll(".catvis:is(:hover, :focus-within)")) figure.classList.add("cv-flat");
  });
  for (const panel of root.querySelectorAll(".cv-details[popover]")) {
    panel.addEventListener("toggle", (event) => {
      if (event.newState !== "open") return;
      place(panel);
      if (location.hash.startsWith("#explore=")) return; // an explorer's view
      history.replaceState(null, "", `#${panel.closest(".cv-unit").id}`);
    });
  }
};

// The panel of the selected unit: what there is to know of it, and what can be done with it.
Object.assign(Screen.prototype, {
  panel(item) {
    const { explorer } = this,
      { state, computes } = explorer,
      { path, unit, opened } = item,
      [answer] = item.answers;
    const facts = [
      [
        "Fires",
        state.off.has(unit)
          ? "not now: it is silenced"
          : answer.canvas || answer.response > 0
            ? numberText(answer.response)
            : "not on this picture",
      ],
      item.parent && ["Share", `${shareText(item)} of ${endOf(item.parent)}’s edges to ${item.layer}`],
      typeof item.effect === "number" && [
        "Ablation",
        `without it ${endOf(item.parent)} changes by ${changeText(item.effect)}`,
      ],
      item.times > 1 && ["Branches", `it stands in ${item.times} of this tree`],
    ].filter(Boolean);
    const act = (key, text, click, pressed) => button({ "data-key": key, "aria-pressed": pressed, click }, text);
    const into = make(
      "select",
      {
        "data-key": "into",
        change: () =>
          into.value ? explorer.open(path, into.value, opened?.count || CHILDREN) : explorer.close(path),
      },
      make("option", { value: "" }, "—"),
      ...item.below.map((name) => make("option", { value: name, selected: opened?.layer === name }, name)),
    );
    const more = opened && item.shown < item.total;
    const field = (key, text, map) => {
      const input = make("input", {
        type: "text",
        maxlength: "40",
        "data-key": key,
        value: state[map].get(unit) ?? "",
        change: () => explorer.name(map, unit, input.value),
      });
      return make("label", {}, `${text} `, input);
    };
    return [
      make(
        "p.cvx-title",
        {},
        make("strong", {}, unit),
        item.label && ` ${item.label}`,
        act("close", "×", () => explorer.select(""), null),
      ),
      make("dl", {}, ...facts.map(([term, text]) => make("div", {}, make("dt", {}, term), make("dd", {}, text)))),
      item.below.length > 0 &&
        !(item.silent && !opened) &&
        make(
          "p",
          {},
          make("label", {}, "Made of units in ", into),
          more &&
            act("more", `${Math.min(CHILDREN, item.total - item.shown)} more of ${item.total}`, () =>
              explorer.open(path, opened.layer, item.shown + CHILDREN),
            ),
        ),
      computes && explorer.above(unit).length > 0 && this.up(item),
      make(
        "p.cvx-acts",
        {},
        item.depth > 0 && act("begin", "Begin here", () => explorer.begin(unit)),
        computes && act("off", "Silence", () => explorer.silence(path), String(state.off.has(unit))),
        act("pin", "Pin", () => explorer.flip("pins", unit), String(state.pins.has(unit))),
      ),
      make("p.cvx-names", {}, field("call", "Call it", "calls"), field("group", "Group", "groups")),
    ].filter(Boolean);
  },

  // Whom a unit serves: asked for when the reader wants it, and a way up.
  up({ unit }) {
    const { explorer } = this,
      above = explorer.above(unit),
      found = make("ol.cvx-parents", {});
    const ask = async (layer) => {
      found.replaceChildren(layer ? make("li", {}, "…") : "");
      if (!layer) return;
      try {
        const { children } = await explorer.asking.parents(explorer.state.on, unit, layer, [...explorer.state.off]);
        const rows = children.map((parent) =>
          make(
            "li",
            {},
            button(
              { click: () => explorer.begin(parent.unit, unit) },
              parent.unit,
              explorer.label(parent.unit) && ` ${explorer.label(parent.unit)}`,
              make("span.cvx-number", {}, shareText(parent)),
            ),
          ),
        );
        if (layer === select.value)
          found.replaceChildren(...(rows.length ? rows : [make("li", {}, "nobody on this picture")]));
      } catch (error) {
        this.complain(error.message);
      }
    };
    const select = make(
      "select",
      { "data-key": "up", change: () => ask(select.value) },
      make("option", { value: "" }, "—"),
      ...above.map((name) => make("option", { value: name }, name)),
    );
    return make("div", {}, make("label", {}, "Serves units in ", select), found);
  },
});

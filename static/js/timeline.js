/* The timeline: draws the figure in our colours, says what a mark is, pinches, and shades what patterns found. */
"use strict";
(() => {
  const NARROW = 620;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const language = document.documentElement.lang;
  /* The diary writes days before months and hours to 24 in English too. */
  const locale = language === "en" ? "en-GB" : language;
  const asUtc = (options) => new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...options });
  /* Made when first needed: the figure does not wait for what only a mark says. */
  const saidBy = (options) => {
    let words = null;
    return { format: (at) => (words ??= asUtc(options)).format(at) };
  };
  const dayWords = saidBy({ weekday: "short", day: "numeric", month: "short", year: "numeric" });
  const dateWords = saidBy({ day: "numeric", month: "short", year: "numeric" });
  const clockWords = saidBy({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

  let source = null; /* what the server sent, untouched */
  let spans = [];
  let pinned = false;
  let paper = 0; /* the width to draw for the printer, 0 on the screen */

  const figure = () => document.getElementById("timeline-figure");
  const token = (name) => getComputedStyle(figure()).getPropertyValue(`--${name}`).trim();
  const roomOf = (box) => paper || box.clientWidth;
  const isNarrow = () => roomOf(figure()) < NARROW;

  /* Plotly's dates are the clock on the wall, without a zone, if they are words: numbers it takes for moments, and
     shows them by the clock of this device. Here they are numbers too, as if that clock were UTC. Boxes share most. */
  const knownNumbers = new Map();
  const ms = (value) => {
    if (typeof value === "number") return value;
    const known = knownNumbers.get(value);
    if (known !== undefined) return known;
    const [date, time = "00:00"] = String(value).split(/[ T]/);
    return Date.parse(`${date}T${time.slice(0, 8)}Z`);
  };
  const knownWords = new Map();
  const clock = (at) => {
    let said = knownWords.get(at);
    if (said === undefined) {
      said = new Date(at).toISOString().slice(0, at % 864e5 ? 16 : 10);
      knownWords.set(at, said);
      knownNumbers.set(said, at);
    }
    return said;
  };
  /* Undoes `packed` of diary/timeline.py. Plotly makes an element for each run of points between two gaps, thousands
     for ten years, even to fill; so boxes that stand on one height share a run, which goes along it from one to the
     next, up at the left edge of a box and down at its right one: steps, for which two points a box are enough. Words
     and edges stay beside the trace, because Plotly would go through them too. */
  const dated = (steps) => {
    let at = 0;
    return steps.map((step) => (step === null ? null : (at += step) * 60_000));
  };
  const texts = ({ text, said }) =>
    said[0].map((first, n) => (first === null ? null : said.flatMap((column) => text[column[n]] ?? []).join(" · ")));
  /* Pale bars get darker rails above and below. An outline all around would be an element for each box. */
  const PALE = 3;
  const unboxed = ({ boxes, ...trace }, halfRail) => {
    const left = dated(boxes.left);
    const right = left.map((at, n) => at + boxes.wide[n] * 60_000);
    const { top, bottom } = boxes;
    const { look, strength } = trace.meta;
    const isPale = look === "bar" && strength < PALE;
    const rail = isPale ? halfRail : 0;
    const [x, inner, outer, boxOf] = [[], [], [], []];
    for (const n of left.keys()) {
      const end = clock(right[n]);
      boxOf[x.length] = boxOf[x.length + 1] = n;
      x.push(clock(left[n]), end);
      inner.push(bottom[n] - rail, top[n] + rail);
      outer.push(bottom[n] + rail, top[n] - rail);
      if (bottom[n + 1] === bottom[n]) continue;
      x.push(end, null);
      inner.push(bottom[n] - rail, null);
      outer.push(bottom[n] + rail, null);
    }
    const steps = { ...trace, x, line: { shape: "vh" } };
    const edges = { left, right, top, bottom, boxOf };
    const box = { ...steps, y: inner, boxes: { ...edges, words: boxes.text && texts(boxes) } };
    if (!isPale) return [box];
    return [{ ...steps, y: outer, boxes: edges, meta: { look: "rail", strength }, uid: `rail-${strength}` }, box];
  };
  const SYMBOLS = ["circle", "square"];
  const named = (marker) => ({ ...marker, symbol: marker.symbol.map((number) => SYMBOLS[number]) });
  const unlisted = ({ said, ...trace }) => ({
    ...trace,
    ...(trace.meta?.look === "point" && { marker: named(trace.marker) }),
    x: dated(trace.x).map((at) => (at === null ? null : clock(at))),
    ...(said && { [trace.mode.includes("text") ? "text" : "words"]: texts({ ...trace, said }) }),
  });
  const RAIL_PIXELS = 1.5;
  const unpacked = ({ data, layout }) => ({
    layout,
    data: data.flatMap((trace) => (trace.boxes ? unboxed(trace, RAIL_PIXELS / 2 / layout.meta.lane_pixels) : unlisted(trace))),
  });
  const iso = (number) => new Date(number).toISOString().slice(0, 19);

  /* --- looks ------------------------------------------------------------------------------------------ */
  const colours = () => ({
    ink: token("ink"), soft: token("soft"), line: token("line"), edge: token("edge"), card: token("card"),
    accent: token("accent"), ground: token("muscle"), warn: token("warn"),
    strengths: [token("card"), token("s1"), token("s2"), token("s3"), token("s4")],
    outlines: [token("edge"), token("s3"), token("s3")],
  });

  const painted = (trace, colour) => {
    const { look, strength } = trace.meta;
    if (look === "open")
      return { ...trace, fillcolor: "rgba(0,0,0,0)", fillpattern: { shape: "/", size: 7, solidity: 0.16, fgcolor: colour.edge, bgcolor: "rgba(0,0,0,0)" }, opacity: 0.55 };
    if (look === "sign")
      return { ...trace, marker: { ...trace.marker, color: colour.warn }, textfont: { color: colour.ink, size: 12 } };
    if (look === "below" && !trace.fill) return { ...trace, line: { ...trace.line, color: colour.soft } };
    if (look === "bar") return { ...trace, fillcolor: colour.strengths[strength] };
    if (look === "rail") return { ...trace, fillcolor: colour.outlines[strength] };
    if (look === "point") {
      const each = (choose) => trace.meta.strengths.map(choose);
      const line = { width: each((n) => (n < 3 ? 1.5 : 0)), color: each((n) => colour.outlines[n] ?? colour.ink) };
      return { ...trace, marker: { ...trace.marker, color: each((n) => colour.strengths[n]), opacity: 1, line } };
    }
    return { ...trace, fillcolor: { clear: colour.ground, track: colour.line, whisker: colour.edge, below: colour.edge }[look] };
  };

  const laidOut = (colour) => {
    const layout = structuredClone(source.layout);
    const narrow = isNarrow();
    const text = { family: getComputedStyle(document.body).fontFamily, size: 12, color: colour.soft };
    layout.font = text;
    layout.height = Math.round(layout.meta.height * layout.meta.lane_pixels);
    if (paper) layout.width = paper;
    layout.margin.l = narrow ? 6 : margin(layout);
    layout.margin.r = narrow ? 6 : 12;
    for (const axis of [layout.xaxis, layout.yaxis]) {
      axis.gridcolor = colour.line;
      axis.linecolor = colour.line;
      axis.tickfont = { ...text };
    }
    layout.yaxis.tickfont.color = colour.ink;
    if (narrow) squeezed(layout);
    layout.xaxis.nticks = narrow ? 5 : 10;
    layout.xaxis.tickformatstops = [
      { dtickrange: [null, 82800000], value: "%H:%M\n%-d %b" },
      { dtickrange: [82800000, "M1"], value: "%-d %b" },
      { dtickrange: ["M1", "M6"], value: "%b\n%Y" },
      { dtickrange: ["M12", null], value: "%Y" },
    ];
    const kept = figure().layout?.xaxis?.range;
    if (kept) layout.xaxis.range = kept;
    [layout.shapes, layout.annotations] = shaded(layout, colour, narrow);
    return layout;
  };

  /* Without room at the left the names stand in the plot, above their mark; those that have a row stay in it. */
  const ABOVE = 9;
  const squeezed = (layout) => {
    const { yaxis, meta } = layout;
    Object.assign(yaxis, { ticklabelposition: "inside top", ticklabelshift: ABOVE, ticklabeloverflow: "allow" });
    yaxis.tickfont.size = 11;
    const down = { heading: ABOVE + 7, factor: ABOVE + 7, tick: ABOVE, lane: 0 };
    /* A number right below the name of its factor would touch it. */
    const fits = (at, n) => meta.labels[n] !== "tick" || meta.labels[n - 1] !== "factor" || at - yaxis.tickvals[n - 1] > 0.75;
    const kept = yaxis.tickvals.map((at, n) => [at, n]).filter(([at, n]) => fits(at, n));
    yaxis.ticktext = kept.map(([, n]) => yaxis.ticktext[n]);
    yaxis.tickvals = kept.map(([at, n]) => at + down[meta.labels[n]] / meta.lane_pixels);
  };

  /* As wide as the longest name. */
  const margin = (layout) => {
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = `650 12px ${getComputedStyle(document.body).fontFamily}`;
    return Math.ceil(Math.max(60, ...layout.yaxis.ticktext.map((name) => pen.measureText(name).width))) + 12;
  };

  const localised = () => {
    if (language.startsWith("en")) return;
    const names = (options, dates) => dates.map((date) => asUtc(options).format(date));
    const months = Array.from({ length: 12 }, (_, n) => new Date(Date.UTC(2026, n, 15)));
    const days = Array.from({ length: 7 }, (_, n) => new Date(Date.UTC(2026, 1, n + 1)));
    Plotly.register({
      moduleType: "locale",
      name: language,
      dictionary: {},
      format: {
        days: names({ weekday: "long" }, days), shortDays: names({ weekday: "short" }, days),
        months: names({ month: "long" }, months), shortMonths: names({ month: "short" }, months),
        date: "%d.%m.%Y", decimal: ",", thousands: ".",
      },
    });
  };

  const CONFIG = {
    displayModeBar: false, displaylogo: false, showSendToCloud: false, plotlyServerURL: "",
    responsive: false, scrollZoom: false, doubleClick: "reset", showTips: false, locale: language,
  };

  const show = () => {
    const colour = colours();
    const data = source.data.map((trace) => painted(trace, colour));
    return Plotly.react(figure(), data, laidOut(colour), CONFIG);
  };

  const seen = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))));

  const draw = async () => {
    const box = figure();
    if (!box || box.dataset.drawn) return;
    box.dataset.drawn = "yes";
    source = unpacked(JSON.parse(document.getElementById("timeline-data").textContent));
    spans = [];
    /* Asked for at once, shaded once the figure is seen. */
    const found = fetchSpans(box);
    await show();
    box.querySelector(".holder")?.remove();
    box.on("plotly_hover", (event) => pinned || say(event, false));
    box.on("plotly_unhover", () => pinned || hush());
    box.on("plotly_click", (event) => say(event, true));
    box.on("plotly_relayout", settle);
    watchWidth.disconnect();
    watchWidth.observe(box);
    pinching(box);
    await seen();
    arrived(box, await found);
  };

  let width = 0;
  const watchWidth = new ResizeObserver(([entry]) => {
    const now = Math.round(entry.contentRect.width);
    if (!width) width = now;
    if (now === width || !now || paper) return;
    width = now;
    show();
  });

  /* After a move a way back is offered. */
  const settle = (change) => {
    if (!Object.keys(change).some((key) => key.startsWith("xaxis"))) return;
    const [from, to] = figure().layout.xaxis.range;
    const [first, last] = source.layout.xaxis.range;
    document.querySelector(".zoomed").hidden = ms(from) <= ms(first) && ms(to) >= ms(last);
  };

  /* --- what a mark says ------------------------------------------------------------------------------- */
  /* A step ends where its week is over, at the first day of the next one. */
  const closes = ({ boxes, meta, x }, n) => !boxes && meta.look === "below" && (x[n + 1] ?? null) === null;

  /* What stands at a point of a trace, or in one of its boxes; null where nothing is said of it. */
  const stands = (data, vertex) => {
    const { boxes } = data;
    const n = closes(data, vertex) ? vertex - 1 : vertex;
    const [words, at, y] = boxes ? [boxes.words?.[n], boxes.left[n], boxes.bottom[n]] : [(data.words ?? data.text)?.[n], data.x[n], data.y[n]];
    return words ? { data, n, words, at: ms(at), y } : null;
  };
  const worded = ({ data, pointNumber }) => stands(data, data.boxes ? data.boxes.boxOf[pointNumber] : pointNumber);

  /* The box that the pointer is in or all but touches. Plotly looks for corners only: those of a wide or a high box
     are far from its middle, and that of another may be nearer. */
  const TOUCHES = 6;
  const boxAt = ({ xvals, yvals }) => {
    if (!xvals || !yvals) return null;
    const [x, y, slack] = [ms(xvals[0]), yvals[0], TOUCHES / source.layout.meta.lane_pixels];
    for (const data of figure().data.toReversed()) {
      if (!data.boxes?.words) continue;
      const { left, right, top, bottom } = data.boxes;
      const n = left.findIndex((from, n) => from <= x && x <= right[n] && top[n] - slack <= y && y <= bottom[n] + slack);
      if (n >= 0) return stands(data, n);
    }
    return null;
  };
  const touches = ({ bbox, data }, { xPixel, yPixel }) =>
    !data.fill && bbox && Math.hypot(xPixel - (bbox.x0 + bbox.x1) / 2, yPixel - (bbox.y0 + bbox.y1) / 2) <= TOUCHES + (bbox.x1 - bbox.x0) / 2;

  /* A mark under the pointer, else the box around it, else what is near. */
  const meant = (event) => {
    const near = event.points.find(worded);
    return near && touches(near, event) ? worded(near) : (boxAt(event) ?? (near && worded(near)));
  };

  const contentOf = ({ data, n, words, at, y }) => {
    const { level, lanes } = source.layout.meta;
    const isMark = ["bar", "point"].includes(data.meta.look);
    const isEpisode = isMark && level === "episodes";
    const lane = isMark && lanes.reduce((near, each) => (Math.abs(each[2] - y) < Math.abs(near[2] - y) ? each : near));
    const isWeek = level === "weeks" && data.meta.look !== "sign";
    const hasTime = isEpisode && (data.meta.times_known?.[n] ?? true);
    const when = isWeek
      ? `${figure().dataset.week} ${dateWords.format(at)}`
      : dayWords.format(at) + (hasTime ? `, ${clockWords.format(at)}` : "");
    const entry = isEpisode && { at: iso(at).slice(0, hasTime ? 16 : 10), spot: lane[0] };
    return { title: lane ? lane[1] : "", when, words, link: linkTo(entry, isWeek, at) };
  };

  const linkTo = (entry, isWeek, start) => {
    const { entryUrl, dayUrl, nearUrl, entryLink, dayLink, nearLink } = figure().dataset;
    const day = (add) => iso(start + add * 864e5).slice(0, 10);
    if (entry) return [`${entryUrl}?${new URLSearchParams(entry)}`, entryLink];
    if (isWeek) return [nearUrl.replace("2000-01-01", day(6) < today() ? day(6) : today()), nearLink];
    return [dayUrl.replace("2000-01-01", day(0)), dayLink];
  };
  const today = () => source.layout.meta.last;

  const say = (event, pin) => {
    const point = meant(event);
    if (!point) return hush();
    const box = document.getElementById("timeline-said");
    const { title, when, words, link } = contentOf(point);
    const part = (tag, text, name) => Object.assign(document.createElement(tag), { textContent: text, className: name ?? "" });
    box.replaceChildren(...[title && part("b", title), part("span", when, "hint"), part("span", words)].filter(Boolean));
    if (pin) {
      const close = part("button", "×", "round");
      close.type = "button";
      close.setAttribute("aria-label", figure().dataset.close);
      close.addEventListener("click", hush);
      box.append(Object.assign(part("a", link[1], "link"), { href: link[0] }), close);
    }
    pinned = pin;
    box.classList.toggle("pinned", pin);
    box.hidden = false;
    place(box, event.event);
  };

  /* Beside the pointer, never beyond the card. */
  const place = (box, { clientX, clientY }) => {
    const card = box.parentElement.getBoundingClientRect();
    const x = Math.min(Math.max(8, clientX - card.left - box.offsetWidth / 2), card.width - box.offsetWidth - 8);
    const above = clientY - card.top - box.offsetHeight - 16;
    box.style.left = `${x}px`;
    box.style.top = `${above > 0 ? above : clientY - card.top + 18}px`;
  };

  const hush = () => {
    pinned = false;
    const box = document.getElementById("timeline-said");
    if (box) box.hidden = true;
  };
  document.addEventListener("keydown", (event) => event.key === "Escape" && hush());
  document.addEventListener("pointerdown", (event) => pinned && !event.target.closest("#timeline-said, #timeline-figure") && hush());

  /* --- two fingers, or ctrl and the wheel; one finger is Plotly's, up and down is the page's ------------- */
  const pinching = (box) => {
    const plot = () => box.querySelector(".nsewdrag").getBoundingClientRect();
    const zoom = (from, to, low, high) => {
      const [first, last] = source.layout.xaxis.range.map(ms);
      const size = Math.min(Math.max(high - low, 864e5), last - first);
      const start = Math.min(Math.max(low, first), last - size);
      schedule([iso(start), iso(start + size)]);
    };
    let next = null;
    const schedule = (range) => {
      if (next === null) requestAnimationFrame(() => { Plotly.relayout(box, { "xaxis.range": next }); next = null; });
      next = range;
    };
    let held = null;
    const middle = (touches) => (touches[0].clientX + touches[1].clientX) / 2;
    const apart = (touches) => Math.max(20, Math.abs(touches[0].clientX - touches[1].clientX));
    const start = (event) => {
      if (event.touches.length !== 2) return;
      event.preventDefault();
      event.stopPropagation();
      const [low, high] = box.layout.xaxis.range.map(ms);
      const { left, width: room } = plot();
      const at = (middle(event.touches) - left) / room;
      held = { anchor: low + at * (high - low), size: high - low, apart: apart(event.touches) };
      hush();
    };
    const move = (event) => {
      if (!held || event.touches.length !== 2) return;
      event.preventDefault();
      event.stopPropagation();
      const { left, width: room } = plot();
      const size = (held.size * held.apart) / apart(event.touches);
      const low = held.anchor - ((middle(event.touches) - left) / room) * size;
      zoom(null, null, low, low + size);
    };
    box.addEventListener("touchstart", start, { capture: true, passive: false });
    box.addEventListener("touchmove", move, { capture: true, passive: false });
    box.addEventListener("touchend", () => { held = null; }, { capture: true });
    box.addEventListener("touchcancel", () => { held = null; }, { capture: true });
    box.addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      const [low, high] = box.layout.xaxis.range.map(ms);
      const { left, width: room } = plot();
      const at = (event.clientX - left) / room;
      const size = (high - low) * Math.exp(Math.max(-0.5, Math.min(0.5, event.deltaY / 200)));
      const anchor = low + at * (high - low);
      zoom(null, null, anchor - at * size, anchor + (1 - at) * size);
    }, { passive: false });
  };
  document.addEventListener("click", (event) => {
    if (!event.target.closest(".zoomed button")) return;
    Plotly.relayout(figure(), { "xaxis.range": [...source.layout.xaxis.range] });
  });

  /* --- what patterns found, asked of whoever judges ---------------------------------------------------- */
  /* Null where no answer came: no network, a fault, or the page of a sign-in that ran out. */
  const fetchSpans = async (box) => {
    if (!box.dataset.spans) return [];
    try {
      const response = await fetch(box.dataset.spans, { headers: { Accept: "application/json" } });
      return response.ok ? (await response.json()).spans : null;
    } catch {
      return null;
    }
  };

  const arrived = (box, found) => {
    if (box !== figure()) return;
    document.querySelector(".no-shades").hidden = found !== null;
    if (found) showSpans(box, found);
  };

  document.addEventListener("click", async ({ target }) => {
    if (!target.closest(".no-shades button")) return;
    const box = figure();
    target.disabled = true;
    const found = await fetchSpans(box);
    target.disabled = false;
    arrived(box, found);
    /* The button is gone: on with what stands in its place, or below it. */
    if (found) document.querySelector(".findings:not([hidden]) summary, .legend-box summary").focus();
    else target.focus();
  });

  /* A list that is longer stays folded: on a phone the legend and the table would be pages away. */
  const SHOWN_AT_ONCE = 4;
  const lanesOf = ({ places }) => {
    const keys = new Set(places.map(({ location, side }) => (side ? `${location}-${side}` : location)));
    return source.layout.meta.lanes.filter(([key]) => keys.has(key));
  };

  /* Patterns of places without a lane have nothing that could be shaded; those of the whole body have it all. */
  const showSpans = (box, found) => {
    spans = found.filter((span) => !span.places.length || lanesOf(span).length);
    if (!spans.length) return;
    const list = document.querySelector(".findings ul");
    list.replaceChildren(...spans.map((span, n) => {
      const item = document.createElement("li");
      const number = Object.assign(document.createElement("b"), { textContent: `${n + 1} ` });
      const link = Object.assign(document.createElement("a"), { href: span.url, textContent: span.name, className: "link" });
      const [from, to] = [span.since, span.until].map((date) => date && dateWords.format(ms(date)));
      const when = to ? `${from} – ${to}` : box.dataset.since.replace("DATE", from);
      const hint = Object.assign(document.createElement("span"), { textContent: [...lanesOf(span).map(([, name]) => name), when].join(" · "), className: "hint" });
      item.append(number, link, " ", hint);
      return item;
    }));
    const folded = document.querySelector(".findings");
    folded.hidden = false;
    folded.open = spans.length <= SHOWN_AT_ONCE;
    shade(box);
  };

  /* Only the shades: the marks stay as they are drawn. */
  const shade = (box) => {
    const [shapes, annotations] = shaded({ ...source.layout, margin: box.layout.margin }, colours(), isNarrow());
    return Plotly.relayout(box, { shapes, annotations });
  };

  const shaded = (layout, colour, narrow) => {
    const shapes = [];
    const labels = [];
    const first = source.layout.meta.first;
    const last = iso(ms(source.layout.meta.last) + 864e5).slice(0, 10);
    const room = roomOf(figure()) - layout.margin.l - layout.margin.r;
    spans.forEach((span, n) => {
      const x0 = ms(span.since) > ms(first) ? span.since : first;
      const end = span.until ? iso(ms(span.until) + 864e5).slice(0, 10) : last;
      const x1 = ms(end) < ms(last) ? end : last;
      const lanes = lanesOf(span).map(([, , at]) => [at - 0.48, at + 0.48]);
      const bands = span.places.length ? lanes : [[0, layout.meta.lanes_end]];
      for (const [y0, y1] of bands)
        shapes.push({
          type: "rect", layer: "below", xref: "x", yref: "y", x0, x1, y0, y1, name: span.key,
          fillcolor: colour.accent, opacity: 0.13, line: { width: 0 },
        }, {
          type: "line", layer: "below", xref: "x", yref: "y", x0, x1: x0, y0, y1, line: { width: 2, color: colour.accent },
        });
      if (!bands.length) return;
      const pixels = (room * (ms(x1) - ms(x0))) / (ms(last) - ms(first));
      const whole = `${n + 1} ${span.name}`;
      labels.push({
        x: x1, y: bands[0][1], xref: "x", yref: "y", xanchor: "right", yanchor: "bottom", showarrow: false,
        text: !narrow && pixels > whole.length * 6.2 ? whole : String(n + 1),
        font: { size: 11, color: colour.accent }, borderpad: 1, captureevents: false,
      });
    });
    return [shapes, labels];
  };

  /* --- paper: as wide as a page at the size of its letters, in light colours, and scaled to what there is ---- */
  const PAPER = 700;
  const onPaper = (width) => {
    const box = figure();
    if (!source || !box || paper === width) return;
    paper = width;
    box.classList.toggle("on-paper", width > 0);
    hush();
    show();
    for (const svg of box.querySelectorAll(".main-svg")) {
      if (width) svg.setAttribute("viewBox", `0 0 ${svg.getAttribute("width")} ${svg.getAttribute("height")}`);
      else svg.removeAttribute("viewBox");
    }
  };
  addEventListener("beforeprint", () => onPaper(PAPER));
  addEventListener("afterprint", () => onPaper(0));

  /* --- the table, made when somebody wants it ----------------------------------------------------------- */
  document.addEventListener("toggle", ({ target }) => {
    const kept = target.id === "table" && target.querySelector("noscript");
    if (!kept) return;
    /* Text where the browser read the page, elements where htmx put it in. */
    if (kept.childElementCount) kept.replaceWith(...kept.children);
    else kept.outerHTML = kept.textContent;
    htmx.process(target);
  }, true);

  /* --- beginning, swaps, light and dark ---------------------------------------------------------------- */
  dark.addEventListener("change", () => source && figure() && show());
  /* The script is deferred, so the page is there. */
  localised();
  draw();
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.shouldSwap && event.detail.target.id === "timeline" && figure()) Plotly.purge(figure());
  });
  document.addEventListener("htmx:afterSettle", draw);
})();

/* The timeline: draws the figure in our colours, says what a mark is, pinches, and shades what patterns found. */
"use strict";
(() => {
  const NARROW = 620;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const language = document.documentElement.lang;
  /* The diary writes days before months and hours to 24 in English too. */
  const locale = language === "en" ? "en-GB" : language;
  const asUtc = (options) => new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...options });
  const dayWords = asUtc({ weekday: "short", day: "numeric", month: "short", year: "numeric" });
  const dateWords = asUtc({ day: "numeric", month: "short", year: "numeric" });
  const clockWords = asUtc({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

  let source = null; /* what the server sent, untouched */
  let spans = [];
  let pinned = false;

  const figure = () => document.getElementById("timeline-figure");
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const isNarrow = () => figure().clientWidth < NARROW;

  /* Plotly's dates are the clock on the wall, without a zone; here they are numbers as if that were UTC. */
  const ms = (value) => {
    if (typeof value === "number") return value;
    const [date, time = "00:00"] = String(value).split(/[ T]/);
    return Date.parse(`${date}T${time.slice(0, 8)}Z`);
  };
  /* Undoes `packed` of diary/timeline.py. */
  const CORNERS = 5;
  const dated = (steps) => {
    let at = 0;
    return steps.map((step) => (step === null ? null : (at += step) * 60_000));
  };
  const unboxed = ({ boxes, ...trace }) => {
    const size = boxes.left.length * CORNERS;
    const spread = (values) => {
      const all = new Array(size).fill(null);
      values.forEach((value, n) => { all[n * CORNERS] = value; });
      return all;
    };
    const [x, y] = [new Array(size).fill(null), new Array(size).fill(null)];
    dated(boxes.left).forEach((left, n) => {
      const right = left + boxes.wide[n] * 60_000;
      const [at, top, bottom] = [n * CORNERS, boxes.top[n], boxes.bottom[n]];
      [x[at], x[at + 1], x[at + 2], x[at + 3]] = [left, right, right, left];
      [y[at], y[at + 1], y[at + 2], y[at + 3]] = [top, top, bottom, bottom];
    });
    Object.assign(trace, { x, y });
    if (boxes.text) trace.text = spread(boxes.text);
    if (boxes.customdata) trace.customdata = spread(boxes.customdata);
    return trace;
  };
  const unpacked = ({ data, layout }) => ({
    layout,
    data: data.map((trace) => (trace.boxes ? unboxed(trace) : { ...trace, x: dated(trace.x) })),
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
    if ("strength" in trace.meta) {
      const line = { width: strength < 3 ? 1.5 : 0, color: colour.outlines[strength] };
      return { ...trace, marker: { ...trace.marker, color: colour.strengths[strength], opacity: 1, line } };
    }
    return { ...trace, fillcolor: { clear: colour.ground, track: colour.line, whisker: colour.edge, below: colour.edge }[look] };
  };

  const laidOut = (colour) => {
    const layout = structuredClone(source.layout);
    const narrow = isNarrow();
    const text = { family: getComputedStyle(document.body).fontFamily, size: 12, color: colour.soft };
    layout.font = text;
    layout.height = Math.round(layout.meta.height * layout.meta.lane_pixels);
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

  const draw = async () => {
    const box = figure();
    if (!box || box.dataset.drawn) return;
    box.dataset.drawn = "yes";
    source = unpacked(JSON.parse(document.getElementById("timeline-data").textContent));
    spans = [];
    await show();
    box.querySelector(".holder")?.remove();
    box.on("plotly_hover", (event) => pinned || say(event, false));
    box.on("plotly_unhover", () => pinned || hush());
    box.on("plotly_click", (event) => say(event, true));
    box.on("plotly_relayout", settle);
    watchWidth.disconnect();
    watchWidth.observe(box);
    pinching(box);
    fetchSpans(box);
  };

  let width = 0;
  const watchWidth = new ResizeObserver(([entry]) => {
    const now = Math.round(entry.contentRect.width);
    if (!width) width = now;
    if (now === width || !now) return;
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
  /* Where the words of a point are: those of a box stand at its first corner. */
  const worded = ({ data, pointNumber }) => {
    const n = data.fill ? pointNumber - (pointNumber % CORNERS) : pointNumber;
    return data.text?.[n] ? n : null;
  };

  const contentOf = ({ data, pointNumber }, n) => {
    const { level, lanes } = source.layout.meta;
    const at = ms(data.x[n]);
    const isMark = "strength" in data.meta;
    const isEpisode = isMark && level === "episodes";
    const lane = isMark && lanes.reduce((near, each) => (Math.abs(each[2] - data.y[n]) < Math.abs(near[2] - data.y[n]) ? each : near));
    const isWeek = level === "weeks" && data.meta.look !== "sign";
    const when = isWeek
      ? `${figure().dataset.week} ${dateWords.format(at)}`
      : dayWords.format(at) + (isEpisode && data.meta.time_known ? `, ${clockWords.format(at)}` : "");
    return { title: lane ? lane[1] : "", when, words: data.text[n], link: linkTo(data, n, isEpisode, isWeek, at) };
  };

  const linkTo = (data, n, isEpisode, isWeek, start) => {
    const { entryUrl, dayUrl, nearUrl, entryLink, dayLink, nearLink } = figure().dataset;
    const day = (add) => iso(start + add * 864e5).slice(0, 10);
    if (isEpisode) return [entryUrl.replace("00000000-0000-0000-0000-000000000000", data.customdata[n]), entryLink];
    if (isWeek) return [nearUrl.replace("2000-01-01", day(6) < today() ? day(6) : today()), nearLink];
    return [dayUrl.replace("2000-01-01", day(0)), dayLink];
  };
  const today = () => source.layout.meta.last;

  const say = (event, pin) => {
    const point = event.points.find((each) => worded(each) !== null);
    if (!point) return pin ? hush() : undefined;
    const box = document.getElementById("timeline-said");
    const { title, when, words, link } = contentOf(point, worded(point));
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
  const fetchSpans = async (box) => {
    if (!box.dataset.spans) return;
    const response = await fetch(box.dataset.spans, { headers: { Accept: "application/json" } });
    if (!response.ok || box !== figure()) return;
    spans = (await response.json()).spans;
    if (!spans.length) return;
    const list = document.querySelector(".findings ul");
    list.replaceChildren(...spans.map((span, n) => {
      const item = document.createElement("li");
      const number = Object.assign(document.createElement("b"), { textContent: `${n + 1} ` });
      const link = Object.assign(document.createElement("a"), { href: span.url, textContent: span.name, className: "link" });
      const [from, to] = [span.since, span.until].map((date) => date && dateWords.format(ms(date)));
      const when = Object.assign(document.createElement("span"), { textContent: to ? `${from} – ${to}` : box.dataset.since.replace("DATE", from), className: "hint" });
      item.append(number, link, " ", when);
      return item;
    }));
    document.querySelector(".findings").hidden = false;
    show();
  };

  const shaded = (layout, colour, narrow) => {
    const shapes = [];
    const labels = [];
    const first = source.layout.meta.first;
    const last = iso(ms(source.layout.meta.last) + 864e5).slice(0, 10);
    const room = figure().clientWidth - layout.margin.l - layout.margin.r;
    spans.forEach((span, n) => {
      const x0 = ms(span.since) > ms(first) ? span.since : first;
      const end = span.until ? iso(ms(span.until) + 864e5).slice(0, 10) : last;
      const x1 = ms(end) < ms(last) ? end : last;
      const keys = new Set(span.places.map(({ location, side }) => (side ? `${location}-${side}` : location)));
      const lanes = layout.meta.lanes.filter(([key]) => keys.has(key)).map(([, , at]) => [at - 0.48, at + 0.48]);
      const bands = keys.size ? lanes : [[0, layout.meta.lanes_end]];
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

  /* --- beginning, swaps, light and dark ---------------------------------------------------------------- */
  dark.addEventListener("change", () => source && figure() && show());
  document.addEventListener("DOMContentLoaded", () => {
    localised();
    draw();
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id === "timeline" && figure()) Plotly.purge(figure());
  });
  document.addEventListener("htmx:afterSettle", draw);
})();

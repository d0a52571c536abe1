/* The timeline: draws the figure in our colours, says what a mark is, pinches, and shades what patterns found. */
"use strict";
(() => {
  const LANE_PIXELS = 40; /* as diary/views/timeline.py has it */
  const NARROW = 620;
  const CASED = new Set([0, 1, 2]);
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
  const unpacked = (figure) => {
    for (const trace of figure.data) {
      let at = 0;
      trace.x = trace.x.map((step) => (step === null ? null : (at += step) * 60_000));
    }
    return figure;
  };
  const iso = (number) => new Date(number).toISOString().slice(0, 19);

  /* --- looks ------------------------------------------------------------------------------------------ */
  const colours = () => ({
    ink: token("ink"), soft: token("soft"), line: token("line"), edge: token("edge"), card: token("card"),
    accent: token("accent"), ground: token("muscle"), warn: token("warn"),
    strengths: [token("card"), token("s1"), token("s2"), token("s3"), token("s4")],
    casings: [token("edge"), token("s3"), token("s3")],
  });

  const painted = (trace, colour) => {
    const { look, strength } = trace.meta;
    if (look === "clear") return [{ ...trace, fillcolor: colour.ground }];
    if (look === "open")
      return [{ ...trace, fillcolor: "rgba(0,0,0,0)", fillpattern: { shape: "/", size: 7, solidity: 0.16, fgcolor: colour.edge, bgcolor: "rgba(0,0,0,0)" }, opacity: 0.55 }];
    if (look === "track") return [{ ...trace, line: { ...trace.line, color: colour.line } }];
    if (look === "whisker") return [{ ...trace, line: { ...trace.line, color: colour.edge } }];
    if (look === "below") return [{ ...trace, line: { ...trace.line, width: stroke(), color: colour.edge } }];
    if (look === "sign")
      return [{ ...trace, marker: { ...trace.marker, color: colour.warn }, textfont: { color: colour.ink, size: 12 } }];
    const mark = { ...trace, line: { ...trace.line, color: colour.strengths[strength] } };
    if (!CASED.has(strength)) return [mark];
    /* Pale ones get an outline: the same pieces, wider and darker, beneath. */
    const casing = { ...trace, uid: `${trace.uid}-casing`, meta: { ...trace.meta, look: "casing" }, hoverinfo: "skip" };
    delete casing.text;
    delete casing.customdata;
    casing.line = { ...trace.line, width: trace.line.width + 3, color: colour.casings[strength] };
    return [casing, mark];
  };

  /* As wide as a day or week is now, within reason. */
  const stroke = () => {
    const [from, to] = figure().layout?.xaxis?.range ?? source.layout.xaxis.range;
    const bucket = (source.layout.meta.level === "weeks" ? 7 : 1) * 864e5;
    const room = figure().clientWidth * (isNarrow() ? 0.95 : 0.8);
    return Math.min(16, Math.max(1.2, (0.62 * room * bucket) / (ms(to) - ms(from))));
  };

  const laidOut = (colour) => {
    const layout = structuredClone(source.layout);
    const narrow = isNarrow();
    const text = { family: getComputedStyle(document.body).fontFamily, size: 12, color: colour.soft };
    layout.font = text;
    layout.height = Math.round(layout.meta.height * LANE_PIXELS);
    layout.margin.l = narrow ? 6 : margin(layout);
    layout.margin.r = narrow ? 6 : 12;
    for (const [name, axis] of Object.entries(layout)) {
      if (!/^[xy]axis/.test(name)) continue;
      axis.gridcolor = colour.line;
      axis.linecolor = colour.line;
      axis.tickfont = { ...text, color: name === "yaxis" ? colour.ink : colour.soft };
      if (name.startsWith("yaxis") && narrow) squeezed(name, axis);
    }
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

  /* Without room at the left the names stand in the plot, above their line. */
  const squeezed = (name, axis) => {
    Object.assign(axis, { ticklabelposition: "inside top", ticklabelshift: name === "yaxis" ? 9 : 0, ticklabeloverflow: "allow" });
    axis.tickfont.size = 11;
    if (name === "yaxis") return;
    /* The name of a factor goes where its largest value ends; a number just below would touch it. */
    const top = axis.range[1] / 1.3;
    const ticks = axis.tickvals.map((at, n) => [at, axis.ticktext[n]]);
    const title = ticks.pop();
    const kept = [...ticks.filter(([at]) => at < 0.65 * top), [top, title[1]]];
    axis.tickvals = kept.map(([at]) => at);
    axis.ticktext = kept.map(([, words]) => words);
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
    const data = source.data.flatMap((trace) => painted(trace, colour));
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

  /* After a move the strokes of the context get the width of their days, and a way back is offered. */
  const settle = (change) => {
    if (!Object.keys(change).some((key) => key.startsWith("xaxis"))) return;
    const [from, to] = figure().layout.xaxis.range;
    const [first, last] = source.layout.xaxis.range;
    document.querySelector(".zoomed").hidden = ms(from) <= ms(first) && ms(to) >= ms(last);
    const below = figure().data.flatMap((trace, n) => (trace.meta?.look === "below" ? [n] : []));
    if (below.length) Plotly.restyle(figure(), { "line.width": stroke() }, below);
  };

  /* --- what a mark says ------------------------------------------------------------------------------- */
  const worded = ({ data, pointNumber }) => {
    if (data.meta.look === "clear" || data.meta.look === "open" || data.meta.look === "track") return null;
    if (data.meta.look === "whisker" || data.meta.look === "casing") return null;
    const n = [pointNumber, pointNumber - 1, pointNumber + 1].find((at) => data.text?.[at]);
    return n === undefined ? null : n;
  };

  const contentOf = ({ data, pointNumber }, n) => {
    const { level, lanes } = source.layout.meta;
    const at = ms(data.x[n]);
    const isMark = "strength" in data.meta;
    const isEpisode = isMark && level === "episodes";
    const lane = isMark && lanes.find(([, , y]) => y === data.y[n]);
    const isWeek = level === "weeks" && data.meta.look !== "sign";
    const start = isWeek && !isMark ? at - 3.5 * 864e5 : at;
    const when = isWeek
      ? `${figure().dataset.week} ${dateWords.format(start)}`
      : dayWords.format(start) + (isEpisode && data.meta.time_known ? `, ${clockWords.format(at)}` : "");
    return { title: lane ? lane[1] : "", when, words: data.text[n], link: linkTo(data, n, isEpisode, isWeek, start) };
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
      const when = Object.assign(document.createElement("span"), { textContent: to ? `${from} – ${to}` : `${from} –`, className: "hint" });
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
      const bands = keys.size ? lanes : [[0.02, layout.meta.bottom - 0.02]];
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

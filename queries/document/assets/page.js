"use strict";
(() => {
  const root = document.documentElement;
  const media = window.matchMedia("(prefers-color-scheme: dark)");
  const printing = window.matchMedia("print");
  const light = ["#1f6fb8", "#d9730d", "#2f8a4c", "#a83f8f", "#8a6d00", "#c03a3a", "#5a5fc7", "#0f8b8d", "#6b7785", "#7a4a21"];
  const dark = ["#5aa9ec", "#f39a4d", "#63c284", "#d98acb", "#d6b84a", "#f08080", "#9da2f5", "#4fc7c9", "#a3b0bf", "#c99a6b"];

  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : media.matches);

  // Units, as the tables write them.
  const digits = (x) => (x < 9.995 ? x.toFixed(2) : x < 99.95 ? x.toFixed(1) : x.toFixed(0));
  const size = (x) => {
    if (x < 1000) return Math.round(x) + " B";
    const units = ["kB", "MB", "GB", "TB", "PB", "EB"];
    let i = -1;
    while (i < units.length - 1 && x >= 999.5) { x /= 1000; i++; }
    return digits(x) + " " + units[i];
  };
  const micros = (x) => (x < 1000 ? Math.round(x) + " µs" : x < 1e6 ? digits(x / 1000) + " ms" : digits(x / 1e6) + " s");
  const human = (x, unit) => {
    if (unit === "bytes") return size(x);
    if (unit === "us") return micros(x);
    if (unit === "percent") return x.toFixed(1) + " %";
    return x.toLocaleString("en-US");
  };
  const short = (text, most) => (text.length > most ? text.slice(0, most - 1) + "…" : text);

  const charts = new Map();

  function options(data, view, colours) {
    const sum = (values) => values.reduce((a, b) => a + b, 0);
    const common = {
      responsive: true, maintainAspectRatio: false, animation: false,
      plugins: {
        legend: { position: "bottom", labels: { color: colours.ink, boxWidth: 12, boxHeight: 12, padding: 10 } },
        tooltip: { callbacks: {} },
      },
    };
    if (data.kind === "ring") {
      const whole = sum(view.series[0].values);
      const narrow = window.innerWidth < 560;
      common.cutout = "58%";
      common.plugins.legend.position = narrow ? "bottom" : "right";
      common.plugins.tooltip.callbacks.label = (c) => ` ${human(c.parsed, view.unit)} (${whole ? (100 * c.parsed / whole).toFixed(1) : 0} %)`;
      return common;
    }
    const lying = data.kind === "bars";
    const values = { stacked: true, beginAtZero: true, grid: { color: colours.line }, border: { display: false },
      ticks: { color: colours.soft, maxTicksLimit: lying && window.innerWidth < 560 ? 4 : 6, maxRotation: 0, callback: (x) => human(x, view.unit) } };
    if (view.unit === "count") values.ticks.precision = 0;
    const names = { stacked: true, grid: { display: false }, border: { color: colours.line },
      ticks: { color: colours.soft, autoSkip: !lying, maxRotation: 0, autoSkipPadding: 16,
        callback(i) { return short(this.getLabelForValue(i), lying ? (window.innerWidth < 560 ? 18 : 32) : 20); } } };
    common.indexAxis = lying ? "y" : "x";
    common.scales = lying ? { x: values, y: names } : { x: names, y: values };
    common.interaction = { mode: "index", axis: lying ? "y" : "x", intersect: false };
    common.plugins.legend.display = view.series.length > 1;
    common.plugins.tooltip.filter = (c) => c.raw !== 0 || view.series.length === 1;
    common.plugins.tooltip.callbacks.label = (c) => ` ${c.dataset.label}: ${human(c.raw, view.unit)}`;
    return common;
  }

  function draw(data, index) {
    const canvas = document.getElementById(data.id);
    const style = getComputedStyle(root);
    const colour = (name) => style.getPropertyValue(name).trim();
    const colours = { ink: colour("--ink"), soft: colour("--soft"), line: colour("--line"), card: colour("--card") };
    const palette = isDark() && !printing.matches ? dark : light;
    const view = data.views[index];
    const before = charts.get(data.id);
    const off = before && before.index === index && data.kind !== "ring"
      ? view.series.map((_, i) => !before.chart.isDatasetVisible(i)) : [];
    if (before) before.chart.destroy();
    const ring = data.kind === "ring";
    const chart = new Chart(canvas, {
      type: ring ? "doughnut" : "bar",
      data: {
        labels: data.labels,
        datasets: view.series.map((s, i) => ({
          label: s.name, data: s.values, hidden: !!off[i],
          backgroundColor: ring ? data.labels.map((_, j) => palette[j % palette.length]) : palette[i % palette.length],
          borderColor: colours.card, borderWidth: ring ? 2 : 0,
          barPercentage: data.kind === "timeline" ? 1 : 0.9, categoryPercentage: data.kind === "timeline" ? 0.94 : 0.8,
          maxBarThickness: data.kind === "bars" ? 26 : 80, minBarLength: 0,
        })),
      },
      options: options(data, view, colours),
    });
    charts.set(data.id, { chart, index });
  }

  const all = JSON.parse(document.getElementById("charts").textContent);
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  for (const data of all) {
    document.getElementById(data.id).parentElement.hidden = false;
    draw(data, 0);
  }
  const redraw = () => all.forEach((data) => draw(data, charts.get(data.id).index));

  for (const group of document.querySelectorAll(".views")) {
    group.hidden = false;
    const data = all.find((d) => d.id === group.dataset.chart);
    group.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      for (const b of group.querySelectorAll("button")) b.setAttribute("aria-pressed", String(b === button));
      draw(data, Number(button.dataset.view));
    });
  }

  // Light and dark. Pages on disk may be denied storage; the choice then lasts
  // as long as the page.
  const toggle = document.getElementById("theme");
  const stored = (value) => {
    try {
      if (value === undefined) return localStorage.getItem("weir-theme");
      localStorage.setItem("weir-theme", value);
    } catch { /* denied */ }
    return null;
  };
  const label = () => { toggle.textContent = isDark() ? "Light" : "Dark"; };
  const kept = stored();
  if (kept === "dark" || kept === "light") { root.dataset.theme = kept; redraw(); }
  toggle.hidden = false;
  label();
  toggle.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    stored(root.dataset.theme);
    label();
    redraw();
  });
  media.addEventListener("change", () => { label(); redraw(); });
  printing.addEventListener("change", redraw);
  window.addEventListener("beforeprint", () => charts.forEach(({ chart }) => chart.resize()));
  window.addEventListener("afterprint", () => charts.forEach(({ chart }) => chart.resize()));

  // Long words break after their punctuation first, addresses do not.
  for (const cell of document.querySelectorAll("td:not(.n):not(.t)")) {
    if (cell.childElementCount || cell.textContent.length <= 18) continue;
    const parts = cell.textContent.split(/(?<=[_,\/&?=-])|(?<=\.)(?=[a-z])/i);
    cell.replaceChildren(...parts.flatMap((part, i) => (i ? [document.createElement("wbr"), part] : [part])));
  }

  // Shares have a bar below them; tables that go on to the right fade there.
  for (const cell of document.querySelectorAll("td.p[data-key]")) {
    cell.style.setProperty("--part", Math.min(Math.max(Number(cell.dataset.key) / 100, 0), 1));
  }
  const fade = (box) => box.classList.toggle("more", box.scrollWidth - box.clientWidth - box.scrollLeft > 2);
  const watcher = new ResizeObserver((entries) => entries.forEach(({ target }) => fade(target)));
  for (const box of document.querySelectorAll(".scroll")) {
    watcher.observe(box);
    box.addEventListener("scroll", () => fade(box), { passive: true });
  }

  // Tables sort by the column whose head is pressed: numbers large first, text
  // from a to z, and the other way round the next time. Empty cells stay last.
  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  for (const table of document.querySelectorAll("table")) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const body = table.tBodies[0];
        const key = (row) => {
          const cell = row.cells[column];
          return cell.dataset.key !== undefined ? Number(cell.dataset.key) : cell.textContent;
        };
        const rows = [...body.rows];
        const numeric = rows.some((row) => row.cells[column].dataset.key !== undefined);
        const was = head.getAttribute("aria-sort");
        const down = was ? was === "ascending" : numeric;
        for (const h of heads) h.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        rows.sort((a, b) => {
          const x = key(a), y = key(b);
          if (x === "" || y === "") return (x === "") - (y === "");
          const order = typeof x === "number" && typeof y === "number" ? x - y : collator.compare(String(x), String(y));
          return down ? -order : order;
        });
        body.append(...rows);
      });
    });
  }
})();

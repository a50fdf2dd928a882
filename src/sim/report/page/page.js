// SPDX-License-Identifier: Apache-2.0
//
// The life of the page: legends that switch series, numbers as tables for whoever opens them, the
// choice of a policy, and new colours when the screen's scheme changes or the page is printed.

const element = (name, text, attributes = {}) => {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
};

const fillLegend = (box, chart, plot) => {
  box.replaceChildren();
  if (plot.quantity === 'frontier') return;
  plot.series.forEach((series, i) => {
    const button = element('button', undefined, { type: 'button' });
    const swatch = element('i', undefined, { class: series.look });
    const hue = color(series.color);
    if (series.look === 'area') {
      swatch.style.background = hue;
    } else {
      swatch.style.borderColor = hue;
    }
    button.append(swatch, document.createTextNode(series.label));
    button.setAttribute('aria-pressed', String(chart.isDatasetVisible(i)));
    button.addEventListener('click', () => {
      chart.setDatasetVisibility(i, !chart.isDatasetVisible(i));
      button.setAttribute('aria-pressed', String(chart.isDatasetVisible(i)));
      chart.update();
    });
    box.append(button);
  });
};

const kMostRows = 60;
const table = (head, rows, caption) => {
  const made = element('table');
  made.append(element('caption', caption));
  const top = element('tr');
  for (const cell of head) top.append(element('th', cell, { scope: 'col' }));
  const thead = element('thead');
  thead.append(top);
  const body = element('tbody');
  for (const row of rows) {
    const line = element('tr');
    row.forEach((cell, i) =>
      line.append(i === 0 ? element('th', cell, { scope: 'row' }) : element('td', cell)));
    body.append(line);
  }
  made.append(thead, body);
  return made;
};

const numbers = (plot) => {
  if (plot.quantity === 'frontier') {
    return table(['policy', 'missed', plot.cost_label],
                 plot.points.map((p) => [p.policy, percent(p.miss), costText(plot, p.cost)]),
                 plot.title);
  }
  const time = data.times[plot.time];
  const text = words[plot.quantity];
  const every = Math.max(1, Math.ceil(time.points / kMostRows));
  const rows = [];
  for (let i = 0; i < time.points; i += every) {
    const cells = plot.series.map((s) => (s.y[i] === null ? '-' : text(s.y[i])));
    rows.push([timeText(time, instant(time, i)), ...cells]);
  }
  return table(['time', ...plot.series.map((series) => series.label)], rows,
               every > 1 ? `${plot.title}, one of ${every} points` : plot.title);
};

const drawn = new Map();  // canvas -> chart
const draw = (canvas) => {
  const plot = data.charts[Number(canvas.dataset.chart)];
  const hidden = drawn.has(canvas)
    ? plot.series?.map((_s, i) => !drawn.get(canvas).isDatasetVisible(i)) : undefined;
  if (drawn.has(canvas)) {
    if (plot.time !== undefined) {
      plotsOf[plot.time] = plotsOf[plot.time].filter((chart) => chart !== drawn.get(canvas));
    }
    drawn.get(canvas).destroy();
  }
  const chart = plot.quantity === 'frontier' ? frontierPlot(canvas, plot) : timePlot(canvas, plot);
  drawn.set(canvas, chart);
  if (hidden?.some(Boolean)) {
    hidden.forEach((is, i) => chart.setDatasetVisibility(i, !is));
    chart.update();
  }
  fillLegend(canvas.closest('figure').querySelector('.legend'), chart, plot);
};
const canvases = () => [...document.querySelectorAll('canvas[data-chart]')];
const drawVisible = () => {
  for (const canvas of canvases()) {
    if (!drawn.has(canvas) && canvas.closest('[hidden]') === null) draw(canvas);
  }
};
const redrawAll = () => {
  for (const canvas of drawn.keys()) draw(canvas);
};

for (const details of document.querySelectorAll('details.numbers')) {
  details.addEventListener('toggle', () => {
    const box = details.querySelector('.scroll');
    if (!details.open || box.childElementCount > 0) return;
    const canvas = details.closest('figure').querySelector('canvas');
    box.append(numbers(data.charts[Number(canvas.dataset.chart)]));
  });
}
for (const input of document.querySelectorAll('.choice input')) {
  input.addEventListener('change', () => {
    for (const run of document.querySelectorAll(`.run[data-group="${input.name}"]`)) {
      run.hidden = run.dataset.value !== input.value;
    }
    drawVisible();
  });
}
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redrawAll);
// Paper is white whatever the screen is.
addEventListener('beforeprint', () => {
  root.classList.add('on-paper');
  redrawAll();
});
addEventListener('afterprint', () => {
  root.classList.remove('on-paper');
  redrawAll();
});
drawVisible();

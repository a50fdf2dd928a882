// SPDX-License-Identifier: Apache-2.0
//
// Plots over time: lines and stacked areas.

const dataset = (plot, time, series, position) => {
  const hue = color(series.color);
  const area = series.look === 'area';
  return {
    label: series.label,
    look: series.look,
    data: series.y.map((y, i) => ({ x: instant(time, i), y })),
    stack: plot.stacked && area ? 'areas' : series.label,
    order: plot.stacked && area ? 1 : 0,
    borderColor: plot.stacked && area ? color('paper') : hue,
    borderWidth: plot.stacked && area ? 0.75 : series.look === 'faint' ? 1.25 : 1.75,
    borderDash: series.look === 'dashed' ? [4, 3] : [],
    backgroundColor: area ? faded(hue, plot.stacked ? 0.88 : 0.22) : hue,
    // A stacked area is filled down to the one before it, any other to the axis.
    fill: area ? (plot.stacked && position > 0 ? '-1' : 'origin') : false,
    hue,
    pointRadius: 0,
    pointHitRadius: 0,
    pointHoverRadius: plot.stacked ? 0 : 3,
    tension: 0,
  };
};

const sharedOptions = () => ({
  animation: false,
  responsive: true,
  maintainAspectRatio: false,
  normalized: true,
  plugins: {
    legend: { display: false },
    tooltip: {
      backgroundColor: color('raised'),
      borderColor: color('rule'),
      borderWidth: 1,
      titleColor: color('ink'),
      bodyColor: color('ink'),
      titleFont: { size: 12 },
      bodyFont: { size: 12 },
      padding: 10,
      boxPadding: 4,
      caretSize: 0,
      multiKeyBackground: 'transparent',
    },
  },
});

const axis = (title) => ({
  grid: { color: color('grid'), drawBorder: false, tickLength: 4 },
  ticks: { color: color('muted'), font: { size: 11 }, maxRotation: 0, autoSkipPadding: 12 },
  title: { display: title !== '', text: title, color: color('muted'), font: { size: 11 } },
});

const finite = (plot) =>
  plot.series.flatMap((series) => series.y).filter((y) => y !== null && y > 0);

const timePlot = (canvas, plot) => {
  const time = data.times[plot.time];
  const text = words[plot.quantity];
  const values = finite(plot);
  const most = Math.max(...values, ...plot.thresholds.map((t) => t.value), 0);
  // A rare stall of a minute must not press all other latencies flat.
  const usual = values.length > 0 ? values.slice().sort((a, b) => a - b)[values.length >> 1] : 1;
  const logarithmic = plot.quantity === 'seconds' && most > 12 * usual;
  const options = sharedOptions();
  options.layout = { padding: { top: time.happenings.length > 0 ? 20 : 6, right: 8 } };
  options.interaction = { mode: 'index', intersect: false };
  options.scales = {
    x: {
      ...axis(''),
      type: 'linear',
      min: time.first - time.step / 2,
      max: time.first - time.step / 2 + lengthOf(time),
      afterBuildTicks: (scale) => { scale.ticks = timeTicks(time, scale.width); },
    },
    y: {
      ...axis(''),
      type: logarithmic ? 'logarithmic' : 'linear',
      stacked: plot.stacked,
      beginAtZero: true,
      max: plot.quantity === 'share' ? 1 : undefined,
      suggestedMax: most * 1.05,
    },
  };
  options.scales.x.ticks.callback = (value) => tickText(time, value);
  options.scales.x.ticks.autoSkip = false;
  options.scales.x.grid.display = false;
  options.scales.y.ticks.callback = function (value) {
    const exponent = Math.log10(value);
    const round = [1, 2, 5].some((m) => Math.abs((exponent - Math.log10(m)) % 1) < 1e-6);
    return logarithmic && !round ? '' : text(value);
  };
  options.scales.y.ticks.maxTicksLimit = 7;
  // One width for all, so that instants stand under each other.
  options.scales.y.afterFit = (scale) => { scale.width = Math.max(scale.width, 52); };
  if (plot.quantity === 'count') options.scales.y.ticks.precision = 0;
  Object.assign(options.plugins.tooltip, {
    mode: 'index',
    intersect: false,
    itemSort: (a, b) => (plot.stacked ? b.datasetIndex - a.datasetIndex
                                      : a.datasetIndex - b.datasetIndex),
    filter: (item) => item.raw.y !== null && (!plot.stacked || item.raw.y > 0),
    callbacks: {
      title: (items) => (items.length > 0 ? timeText(time, items[0].raw.x) : ''),
      label: (item) => ` ${item.dataset.label}: ${text(item.raw.y)}`,
      labelColor: (item) => ({ borderColor: 'transparent', backgroundColor: item.dataset.hue }),
    },
  });
  options.plugins.modeBands = { time };
  options.plugins.timeMarks = { time, index: plot.time };
  options.plugins.thresholdLines = { thresholds: plot.thresholds };
  const plugins = [modeBands, timeMarks, thresholdLines];
  if (plot.stacked) plugins.push(areaNames);
  const chart = new Chart(canvas, {
    type: 'line',
    data: { datasets: plot.series.map((series, i) => dataset(plot, time, series, i)) },
    options,
    plugins,
  });
  plotsOf[plot.time].push(chart);
  return chart;
};

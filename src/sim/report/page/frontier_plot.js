// SPDX-License-Identifier: Apache-2.0
//
// Cost against misses: one mark per policy, named where it stands.

const shapes = ['circle', 'triangle', 'rect', 'rectRot', 'star', 'crossRot'];
const costText = (plot, cost) => (plot.has_bound ? cost.toFixed(3) : `$${digits(cost, 2)}`);
const percent = (share) => `${+(100 * share).toPrecision(2)} %`;

// Log axes have no zero: who missed nothing stands at the left end, which says so.
const leastMiss = (plot) => {
  const missed = plot.points.map((p) => p.miss).filter((m) => m > 0);
  const smallest = Math.min(...missed, plot.target_miss_share || 0.01);
  return 10 ** Math.floor(Math.log10(smallest) - 0.3);
};

const whiskers = {
  id: 'whiskers',
  beforeDatasetsDraw(chart, _args, { points, floor }) {
    const { ctx, scales: { x, y } } = chart;
    ctx.save();
    ctx.lineWidth = 1.25;
    points.forEach((point, i) => {
      ctx.strokeStyle = faded(chart.data.datasets[i].hue, 0.7);
      const at = [Math.max(point.miss, floor), point.cost].map((v, k) =>
        (k === 0 ? x : y).getPixelForValue(v));
      const left = x.getPixelForValue(Math.max(point.miss_low, floor));
      const right = x.getPixelForValue(Math.max(point.miss_high, floor));
      ctx.beginPath();
      ctx.moveTo(left, at[1]);
      ctx.lineTo(right, at[1]);
      ctx.moveTo(at[0], y.getPixelForValue(point.cost_low));
      ctx.lineTo(at[0], y.getPixelForValue(point.cost_high));
      ctx.stroke();
    });
    ctx.restore();
  },
};

// The steps that nobody is below and left of.
const frontierSteps = {
  id: 'frontierSteps',
  beforeDatasetsDraw(chart, _args, { points, floor, target, hasBound }) {
    const { ctx, chartArea: area, scales: { x, y } } = chart;
    ctx.save();
    if (target > 0) {
      const at = Math.round(x.getPixelForValue(target)) + 0.5;
      ctx.fillStyle = faded(color('good'), 0.07);
      ctx.fillRect(area.left, area.top, at - area.left, area.bottom - area.top);
      ctx.strokeStyle = color('good');
      ctx.setLineDash([6, 4]);
      ctx.beginPath();
      ctx.moveTo(at, area.top);
      ctx.lineTo(at, area.bottom);
      ctx.stroke();
      ctx.fillStyle = color('good');
      ctx.font = font(11, 500);
      ctx.textAlign = 'right';
      ctx.textBaseline = 'top';
      ctx.fillText(`keeps the objective: at most ${percent(target)} missed`, at - 6, area.top + 4);
    }
    if (hasBound) {
      const at = Math.round(y.getPixelForValue(1)) + 0.5;
      ctx.strokeStyle = color('muted');
      ctx.setLineDash([6, 4]);
      ctx.beginPath();
      ctx.moveTo(area.left, at);
      ctx.lineTo(area.right, at);
      ctx.stroke();
      ctx.fillStyle = color('muted');
      ctx.font = font(11, 500);
      ctx.textAlign = 'right';
      ctx.textBaseline = 'bottom';
      ctx.fillText('lower bound', area.right - 4, at - 3);
    }
    const sorted = points.map((p) => ({ miss: Math.max(p.miss, floor), cost: p.cost }))
      .sort((a, b) => a.miss - b.miss || a.cost - b.cost);
    ctx.strokeStyle = color('muted');
    ctx.globalAlpha = 0.6;
    ctx.setLineDash([1, 3]);
    ctx.beginPath();
    let cheapest = null;
    for (const point of sorted) {
      if (cheapest !== null && point.cost >= cheapest) continue;
      const px = x.getPixelForValue(point.miss);
      const py = y.getPixelForValue(point.cost);
      if (cheapest === null) {
        ctx.moveTo(px, area.top);
      } else {
        ctx.lineTo(px, y.getPixelForValue(cheapest));
      }
      ctx.lineTo(px, py);
      cheapest = point.cost;
    }
    if (cheapest !== null) ctx.lineTo(area.right, y.getPixelForValue(cheapest));
    ctx.stroke();
    ctx.restore();
  },
};

// Names beside the marks, each at the first of twelve places where it covers nothing else.
const markNames = {
  id: 'markNames',
  afterDatasetsDraw(chart, _args, { points, floor }) {
    const { ctx, chartArea: area } = chart;
    const marks = points.map((_p, i) => chart.getDatasetMeta(i).data[0]);
    // A mark takes the room of its whisker, too.
    const across = points.map((point, i) => ({
      l: Math.min(marks[i].x - 7, chart.scales.x.getPixelForValue(Math.max(point.miss_low, floor))),
      r: Math.max(marks[i].x + 7, chart.scales.x.getPixelForValue(Math.max(point.miss_high, floor))),
    }));
    const taken = marks.flatMap((m, i) => [{ l: m.x - 7, r: m.x + 7, t: m.y - 7, b: m.y + 7 },
                                           { ...across[i], t: m.y - 2, b: m.y + 2 }]);
    ctx.save();
    ctx.textBaseline = 'middle';
    points.forEach((point, i) => {
      ctx.font = font(12, point.highlighted ? 700 : 500);
      const width = ctx.measureText(point.policy).width;
      const { x, y } = marks[i];
      const right = across[i].r - x + 6;
      const left = across[i].l - x - 6 - width;
      const places = [[right, 0], [left, 0], [-width / 2, -17], [-width / 2, 17],
                      [right, -14], [right, 14], [left, -14], [left, 14],
                      [14, -28], [14, 28], [-14 - width, -28], [-14 - width, 28]]
        .map(([dx, dy]) => ({ l: x + dx, r: x + dx + width, t: y + dy - 8, b: y + dy + 8 }));
      const free = (box) => box.l >= area.left && box.r <= area.right && box.t >= area.top - 4 &&
        box.b <= area.bottom + 4 &&
        !taken.some((o) => box.l < o.r && box.r > o.l && box.t < o.b && box.b > o.t);
      const place = places.find(free) || places[0];
      taken.push(place);
      ctx.fillStyle = point.highlighted ? color('accent') : color('ink');
      ctx.fillText(point.policy, place.l, (place.t + place.b) / 2);
    });
    ctx.restore();
  },
};

const frontierPlot = (canvas, plot) => {
  const floor = leastMiss(plot);
  const costs = plot.points.flatMap((p) => [p.cost_low, p.cost_high]);
  const most = Math.max(...plot.points.map((p) => Math.max(p.miss, p.miss_high)), 0.02);
  const least = plot.has_bound ? 1 : Math.min(...costs);
  const room = (Math.max(...costs) - least) * 0.08 || 0.05;
  const options = sharedOptions();
  options.layout = { padding: { top: 8, right: 12 } };
  options.scales = {
    x: {
      ...axis('share of requests that missed the objective'),
      type: 'logarithmic',
      min: floor * 0.8,
      max: Math.min(1, most * 2),
    },
    y: {
      ...axis(plot.cost_label),
      type: 'linear',
      min: plot.has_bound ? Math.max(0, 1 - room) : Math.max(0, least - room),
      max: Math.max(...costs) + room,
    },
  };
  options.scales.x.afterBuildTicks = (scale) => {
    scale.ticks = [];
    for (let value = floor; value <= scale.max * 1.001; value *= 10) scale.ticks.push({ value });
  };
  options.scales.x.ticks.callback = (value) =>
    Math.abs(value / floor - 1) < 1e-6 ? `none, or ${percent(floor)}` : percent(value);
  options.scales.y.ticks.includeBounds = false;
  options.scales.y.ticks.callback = (value) =>
    plot.has_bound ? `${digits(value, 2)}x` : `$${digits(value, 2)}`;
  Object.assign(options.plugins.tooltip, {
    callbacks: {
      title: (items) => items.map((item) => item.dataset.label),
      label: (item) => {
        const point = plot.points[item.datasetIndex];
        const cost = costText(plot, point.cost) + (plot.has_bound ? ' times the lower bound' : '');
        return [cost, `${point.miss > 0 ? percent(point.miss) : 'none'} missed`];
      },
      labelColor: (item) => ({ borderColor: 'transparent', backgroundColor: item.dataset.hue }),
    },
  });
  options.plugins.whiskers = { points: plot.points, floor };
  options.plugins.frontierSteps = {
    points: plot.points, floor, target: plot.target_miss_share, hasBound: plot.has_bound,
  };
  options.plugins.markNames = { points: plot.points, floor };
  // Our own is blue; the others share the rest of the palette, told apart by shape as well.
  let others = 0;
  const sets = plot.points.map((point) => {
    const k = point.highlighted ? 0 : 1 + (others % 7);
    const shape = shapes[point.highlighted ? 0 : Math.floor(others / 7 + others) % shapes.length];
    if (!point.highlighted) ++others;
    const hue = color(String(k));
    return {
      label: point.policy,
      data: [{ x: Math.max(point.miss, floor), y: point.cost }],
      hue,
      backgroundColor: hue,
      borderColor: shape === 'star' || shape === 'crossRot' ? hue : color('paper'),
      borderWidth: shape === 'star' || shape === 'crossRot' ? 2 : 1,
      pointStyle: shape,
      radius: point.highlighted ? 9 : 6.5,
      hoverRadius: point.highlighted ? 10 : 8,
    };
  });
  return new Chart(canvas, {
    type: 'scatter',
    data: { datasets: sets },
    options,
    plugins: [frontierSteps, whiskers, markNames],
  });
};

// SPDX-License-Identifier: Apache-2.0
//
// What is drawn on plots besides their data, as plugins of the plotting library: modes, happenings,
// limits, names, and a pointer in time that all plots of a run share.

// The pointer of each time line: hours, or null. Every plot of it draws the same.
const pointers = data.times.map(() => null);
const plotsOf = data.times.map(() => []);

// Before the data: when the fleet was in capacity mode.
const modeBands = {
  id: 'modeBands',
  beforeDatasetsDraw(chart, _args, { time }) {
    const { ctx, chartArea: area, scales: { x } } = chart;
    const inside = (v) => Math.min(Math.max(x.getPixelForValue(v), area.left), area.right);
    ctx.save();
    for (const band of time.capacity_mode) {
      const from = inside(band.from);
      const width = Math.max(1, inside(band.to) - from);
      ctx.fillStyle = color('shade');
      ctx.fillRect(from, area.top, width, area.bottom - area.top);
      ctx.fillStyle = color('shade-edge');
      ctx.fillRect(from, area.top - 5, width, 4);
    }
    ctx.restore();
  },
};

// After the data: what was done to the fleet, with the letter that the key explains, and the
// pointer.
const timeMarks = {
  id: 'timeMarks',
  afterDatasetsDraw(chart, _args, { time, index }) {
    const { ctx, chartArea: area, scales: { x } } = chart;
    const visible = (v) => v >= x.min && v <= x.max;
    ctx.save();
    ctx.strokeStyle = color('ink');
    ctx.lineWidth = 1;
    time.happenings.forEach((happening, i) => {
      ctx.setLineDash([2, 3]);
      ctx.globalAlpha = 0.75;
      for (const edge of [happening.from, happening.to]) {
        if (!visible(edge)) continue;
        const at = Math.round(x.getPixelForValue(edge)) + 0.5;
        ctx.beginPath();
        ctx.moveTo(at, area.top - 6);
        ctx.lineTo(at, area.bottom);
        ctx.stroke();
      }
      if (!visible(happening.from)) return;
      const at = x.getPixelForValue(happening.from);
      ctx.globalAlpha = 1;
      ctx.setLineDash([]);
      ctx.fillStyle = color('paper');
      ctx.beginPath();
      ctx.arc(at, area.top - 13, 7.5, 0, 2 * Math.PI);
      ctx.fill();
      ctx.stroke();
      ctx.fillStyle = color('ink');
      ctx.font = font(10, 600);
      ctx.textAlign = 'center';
      ctx.textBaseline = 'middle';
      ctx.fillText(String.fromCharCode(65 + (i % 26)), at, area.top - 12.5);
    });
    const pointer = pointers[index];
    if (pointer !== null && visible(pointer)) {
      const at = Math.round(x.getPixelForValue(pointer)) + 0.5;
      ctx.setLineDash([]);
      ctx.globalAlpha = 0.5;
      ctx.beginPath();
      ctx.moveTo(at, area.top);
      ctx.lineTo(at, area.bottom);
      ctx.stroke();
    }
    ctx.restore();
  },
  afterEvent(chart, { event, inChartArea }, { time, index }) {
    const seen = inChartArea && event.type !== 'mouseout';
    const hours = seen ? chart.scales.x.getValueForPixel(event.x) : null;
    const point = seen
      ? instant(time, Math.min(time.points - 1,
                               Math.max(0, Math.round((hours - time.first) / time.step))))
      : null;
    if (point === pointers[index]) return;
    pointers[index] = point;
    for (const other of plotsOf[index]) {
      if (other.canvas.offsetParent !== null) other.draw();
    }
  },
};

// Limits as dashed lines with their names at the right end.
const thresholdLines = {
  id: 'thresholdLines',
  afterDatasetsDraw(chart, _args, { thresholds }) {
    const { ctx, chartArea: area, scales: { y } } = chart;
    ctx.save();
    for (const threshold of thresholds) {
      const at = Math.round(y.getPixelForValue(threshold.value)) + 0.5;
      if (at < area.top || at > area.bottom) continue;
      ctx.strokeStyle = color('bad');
      ctx.setLineDash([6, 4]);
      ctx.beginPath();
      ctx.moveTo(area.left, at);
      ctx.lineTo(area.right, at);
      ctx.stroke();
      ctx.fillStyle = color('bad');
      ctx.font = font(11, 500);
      ctx.textAlign = 'right';
      ctx.textBaseline = 'bottom';
      ctx.fillText(threshold.label, area.right - 4, at - 3);
    }
    ctx.restore();
  },
};

// Black or white, whichever is easier to read on it.
const readableOn = (hex) => {
  const [r, g, b] = hex.match(/^#(..)(..)(..)$/).slice(1).map((part) => parseInt(part, 16) / 255);
  return 0.2126 * r ** 2.2 + 0.7152 * g ** 2.2 + 0.0722 * b ** 2.2 > 0.22 ? '#101418' : '#ffffff';
};

// Names written into stacked areas, each where it is thickest over the whole of its name, when
// there is room.
const areaNames = {
  id: 'areaNames',
  afterDatasetsDraw(chart) {
    const { ctx, chartArea: area } = chart;
    ctx.save();
    ctx.font = font(11, 600);
    ctx.textAlign = 'center';
    ctx.textBaseline = 'middle';
    const middle = (area.left + area.right) / 2;
    const below = new Map();
    chart.data.datasets.forEach((set, i) => {
      if (set.look !== 'area' || !chart.isDatasetVisible(i)) return;
      const points = chart.getDatasetMeta(i).data;
      const spans = points.map((point, k) => {
        if (point.skip || Number.isNaN(point.y)) return { top: 0, floor: 0 };
        const floor = below.has(k) ? below.get(k) : area.bottom;
        below.set(k, point.y);
        return { top: point.y, floor };
      });
      const half = ctx.measureText(set.label).width / 2 + 6;
      const pitch = points.length > 1 ? points[1].x - points[0].x : Infinity;
      const reach = Math.ceil(half / pitch);
      let best = { thick: 16 };
      for (let k = reach; k + reach < points.length; ++k) {
        let top = -Infinity;
        let floor = Infinity;
        for (let j = k - reach; j <= k + reach; ++j) {
          top = Math.max(top, spans[j].top);
          floor = Math.min(floor, spans[j].floor);
        }
        const thick = floor - top;
        const nearer = Math.abs(points[k].x - middle) < Math.abs(best.x - middle);
        if (thick > best.thick + 1 || (thick > best.thick - 1 && nearer)) {
          best = { thick, x: points[k].x, y: (floor + top) / 2 };
        }
      }
      if (best.x === undefined) return;
      ctx.fillStyle = readableOn(set.hue);
      ctx.fillText(set.label, best.x, best.y);
    });
    ctx.restore();
  },
};

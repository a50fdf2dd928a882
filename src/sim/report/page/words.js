// SPDX-License-Identifier: Apache-2.0
//
// What all scripts of a page share: its data, the colours of its style sheet, and how values and
// instants are written. The scripts become one, in the order words, marks, time_plots,
// frontier_plot, page; what is shown was decided when the page was made, here are only its looks.

const data = JSON.parse(document.getElementById('data').textContent);
const root = document.documentElement;
const color = (name) =>
  getComputedStyle(root).getPropertyValue(/^\d$/.test(name) ? `--c${name}` : `--${name}`).trim();
const faded = (hex, alpha) => {
  const channels = hex.match(/^#(..)(..)(..)$/).slice(1).map((part) => parseInt(part, 16));
  return `rgba(${channels.join(',')},${alpha})`;
};
const font = (size, weight = 400) =>
  `${weight} ${size}px ${getComputedStyle(document.body).fontFamily}`;

const digits = (value, most) => value.toLocaleString('en-US', { maximumFractionDigits: most });
const significant = (value) =>
  value.toLocaleString('en-US', { maximumSignificantDigits: 3 });
const words = {
  share: (v) => `${digits(100 * v, Math.abs(v) < 0.1 && v !== 0 ? 1 : 0)} %`,
  count: (v) => digits(v, 0),
  usd_per_hour: (v) => `$${digits(v, v < 10 ? 2 : 1)}`,
  seconds: (v) => (v < 1 ? `${digits(1000 * v, 0)} ms` : `${significant(v)} s`),
  per_second: (v) => significant(v),
};
const twoDigits = (n) => String(n).padStart(2, '0');
const timeText = (time, hours) => {
  if (!time.has_clock) {
    const minutes = Math.round(60 * hours);
    return minutes % 60 === 0 ? `${minutes / 60} h`
                              : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  }
  const minutes = Math.round(60 * (hours + time.clock));
  const day = Math.floor(minutes / 1440);
  const clock = `${twoDigits(Math.floor(minutes / 60) % 24)}:${twoDigits(minutes % 60)}`;
  return day === 0 ? clock : `day ${day + 1}, ${clock}`;
};
const tickText = (time, hours) => {
  if (!time.has_clock) return `${+hours.toFixed(2)} h`;
  const minutes = Math.round(60 * (hours + time.clock));
  return `${twoDigits(Math.floor(minutes / 60) % 24)}:${twoDigits(minutes % 60)}`;
};

const instant = (time, i) => time.first + i * time.step;
const lengthOf = (time) => time.points * time.step;

// Ticks on whole hours of the clock that people read, about eight of them.
const timeTicks = (time, width) => {
  const wanted = Math.max(3, Math.floor(width / 55));
  const steps = [0.05, 0.1, 0.25, 0.5, 1, 2, 3, 6, 12, 24, 48, 72, 168];
  const step = steps.find((s) => lengthOf(time) / s <= wanted) || 336;
  const begin = time.first - time.step / 2;
  const end = begin + lengthOf(time);
  const ticks = [];
  for (let k = Math.ceil((begin + time.clock) / step - 1e-6); ; ++k) {
    const value = k * step - time.clock;
    if (value > end + 1e-6) return ticks;
    ticks.push({ value });
  }
};

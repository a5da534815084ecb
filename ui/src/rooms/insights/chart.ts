import { BarChart, HeatmapChart } from 'echarts/charts';
import { GridComponent, VisualMapComponent } from 'echarts/components';
import { init, use, type EChartsType } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { Drawing } from './figures';

// Loaded only when the room draws: the bench never waits for it.
use([BarChart, HeatmapChart, GridComponent, VisualMapComponent, SVGRenderer]);

/** What a drawing needs beside its numbers: names in words, numbers as they are read. */
export interface Wording {
  /** A code of a row or a column in words. */
  name(code: string): string;
  number(value: number): string;
}

/** Draws into an element; the answer takes it away again. */
export function draw(element: HTMLElement, drawing: Drawing, wording: Wording): () => void {
  const chart: EChartsType = init(element, null, { renderer: 'svg' });
  const look = (token: string) => getComputedStyle(element).getPropertyValue(token).trim();
  chart.setOption(drawing.kind === 'heat' ? heat(drawing, wording, look) : bars(drawing, wording, look));
  const resized = new ResizeObserver(() => chart.resize());
  resized.observe(element);
  return () => {
    resized.disconnect();
    chart.dispose();
  };
}

type Look = (token: string) => string;

function text(look: Look) {
  return { color: look('--ink'), fontFamily: look('--sans'), fontSize: 13 };
}

function bars(drawing: Extract<Drawing, { kind: 'bars' }>, wording: Wording, look: Look) {
  return {
    animation: false,
    textStyle: text(look),
    grid: { left: 8, right: 88, top: 8, bottom: 8, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    xAxis: { type: 'value', axisLabel: { show: false }, splitLine: { show: false } },
    yAxis: {
      type: 'category',
      inverse: true,
      data: drawing.names.map((names) => names.map((name) => wording.name(name)).join(', ')),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: look('--control') } },
      axisLabel: { ...text(look), width: 220, overflow: 'truncate' },
    },
    series: [
      {
        type: 'bar',
        data: drawing.values,
        barMaxWidth: 26,
        itemStyle: { color: look('--c1'), borderColor: look('--ink'), borderWidth: 1 },
        label: {
          show: true,
          position: 'right',
          ...text(look),
          fontWeight: 600,
          formatter: ({ value }: { value: number }) => wording.number(value),
        },
      },
    ],
  };
}

function heat(drawing: Extract<Drawing, { kind: 'heat' }>, wording: Wording, look: Look) {
  const most = Math.max(1, ...drawing.cells.map(([, , value]) => value));
  const dark = look('--heat-ink-hi');
  const light = look('--heat-ink-lo');
  const steps = ['--heat-0', '--heat-1', '--heat-2', '--heat-3', '--heat-4'].map(look);
  return {
    animation: false,
    textStyle: text(look),
    grid: { left: 8, right: 8, top: 8, bottom: 8, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    xAxis: {
      type: 'category',
      position: 'top',
      data: drawing.columns.map((code) => wording.name(code)),
      axisTick: { show: false },
      axisLine: { show: false },
      axisLabel: { ...text(look), interval: 0, width: 76, overflow: 'break', lineHeight: 15 },
    },
    yAxis: {
      type: 'category',
      inverse: true,
      data: drawing.rows.map((code) => wording.name(code)),
      axisTick: { show: false },
      axisLine: { show: false },
      axisLabel: { ...text(look), interval: 0, width: 150, overflow: 'truncate' },
    },
    // The scale is of roots: a few large cells must not make all others look empty.
    visualMap: {
      show: false,
      type: 'piecewise',
      dimension: 2,
      pieces: pieces(most, steps),
    },
    series: [
      {
        type: 'heatmap',
        data: drawing.cells.map(([x, y, value]) => ({
          value: [x, y, value],
          label: { color: step(value, most) >= 3 ? dark : light },
        })),
        itemStyle: { borderColor: look('--surface'), borderWidth: 2 },
        label: {
          show: true,
          fontFamily: look('--sans'),
          fontSize: 13,
          fontWeight: 600,
          formatter: ({ value }: { value: [number, number, number] }) => wording.number(value[2]),
        },
      },
    ],
  };
}

/** Step of the scale, 0 to 4: by the root of the share. */
function step(value: number, most: number): number {
  return value <= 0 ? 0 : Math.min(4, 1 + Math.floor(Math.sqrt(value / most) * 3.999));
}

function pieces(most: number, colours: string[]) {
  return colours.map((color, i) => {
    if (i === 0) return { lte: 0, color };
    const from = most * ((i - 1) / 3.999) ** 2;
    const to = most * (i / 3.999) ** 2;
    return i === 4 ? { gte: from, color } : i === 1 ? { gt: 0, lt: to, color } : { gte: from, lt: to, color };
  });
}

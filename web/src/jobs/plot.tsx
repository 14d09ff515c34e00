/** Draws one plot with uPlot, in the colours of the page and as wide as its container. */
import { useEffect, useId, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Tone } from "../parts/tone.ts";
import type { Trend } from "./trends.ts";

interface Series {
  label: string;
  tone: Tone;
}

export interface PlotProps {
  title: string;
  unit: string;
  series: readonly Series[];
  trend: Trend;
  kind: "points" | "bars";
}

const HEIGHT_PX = 220;

export function Plot({ title, unit, series, trend: { columns, summary }, kind }: PlotProps) {
  const id = useId();
  const place = useRef<HTMLDivElement>(null);
  const keys = useRef<HTMLUListElement>(null);
  const scheme = useScheme();
  const empty = columns[0].length === 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours of the plot depend on the colour scheme
  useEffect(() => {
    const element = place.current;
    if (!element || empty) return;
    // A canvas does not support CSS variables, so the colours are read from computed styles.
    const colours = [...(keys.current?.children ?? [])].map((key) => getComputedStyle(key, "::before").backgroundColor);
    const axis = { stroke: getComputedStyle(element).color, grid: { stroke: "rgb(128 128 128 / 20%)" }, ticks: { show: false } };
    const plot = new uPlot(
      {
        width: Math.max(200, element.clientWidth),
        height: HEIGHT_PX,
        legend: { show: false },
        // If all values have the same instant, the axis needs an artificial range.
        scales: {
          x: { range: (_, from, to) => (from === to ? [from - 3600, to + 3600] : [from, to]) },
          y: { range: (_, __, highest) => [0, Math.max(1, highest * 1.1)] },
        },
        axes: [axis, { ...axis, size: 46 }],
        series: [{}, ...series.map(({ label }, index) => look(label, colours[index] ?? "gray", kind))],
      },
      columns,
      element,
    );
    const observer = new ResizeObserver(() => plot.setSize({ width: Math.max(200, element.clientWidth), height: HEIGHT_PX }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [columns, scheme, empty]);
  return (
    <section className="panel" aria-labelledby={id}>
      <h2 className="section-title" id={id}>
        {title}
      </h2>
      <ul className="plot-keys" ref={keys}>
        {series.map(({ label, tone }) => (
          <li key={label} className={`tone-${tone}`}>
            {label}, {unit}
          </li>
        ))}
      </ul>
      {!empty && <div ref={place} className="plot" role="img" aria-label={summary} />}
      <p className="soft">{summary}</p>
    </section>
  );
}

function look(label: string, colour: string, kind: PlotProps["kind"]): uPlot.Series {
  const bars = kind === "bars" ? uPlot.paths.bars?.({ size: [0.7, 40] }) : undefined;
  // A bar has no outline, because the outline of an empty bar would be visible as a line.
  if (bars) return { label, stroke: colour, width: 0, fill: colour, paths: bars, points: { show: false } };
  return { label, stroke: colour, paths: () => null, points: { show: true, size: 7, fill: colour } };
}

function useScheme(): boolean {
  const [dark, setDark] = useState(() => matchMedia("(prefers-color-scheme: dark)").matches);
  useEffect(() => {
    const query = matchMedia("(prefers-color-scheme: dark)");
    const take = () => setDark(query.matches);
    query.addEventListener("change", take);
    return () => query.removeEventListener("change", take);
  }, []);
  return dark;
}

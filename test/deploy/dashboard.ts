/**
 * The parts of a Grafana dashboard that ours uses, as Grafana's documentation of the dashboard JSON model and of the two
 * panels (time series, stat) has them. Strict: a member that Grafana does not know is passed over there in silence.
 */
import { z } from 'zod';

const datasource = z.strictObject({ type: z.literal('prometheus'), uid: z.literal('${datasource}') });
const gridPos = z.strictObject({
  x: z.int().min(0).max(23),
  y: z.int().min(0),
  w: z.int().min(1).max(24),
  h: z.int().min(1),
});

const target = z.strictObject({
  refId: z.string().regex(/^[A-Z]$/),
  datasource,
  expr: z.string().min(1),
  legendFormat: z.string(),
  editorMode: z.enum(['code', 'builder']),
  range: z.literal(true),
});

const step = z.strictObject({ color: z.string(), value: z.number().nullable() });
const custom = z.strictObject({
  drawStyle: z.enum(['line', 'bars', 'points']),
  lineInterpolation: z.enum(['linear', 'smooth', 'stepBefore', 'stepAfter']),
  fillOpacity: z.number().min(0).max(100),
  lineWidth: z.number().min(0).max(10),
  stacking: z.strictObject({ mode: z.enum(['none', 'normal', 'percent']), group: z.string() }),
});
const fieldConfig = z.strictObject({
  defaults: z.strictObject({
    unit: z.enum(['short', 's', 'ops', 'cps', 'percentunit', 'bytes']),
    min: z.number(),
    color: z.strictObject({ mode: z.enum(['thresholds', 'palette-classic']) }),
    thresholds: z.strictObject({ mode: z.enum(['absolute', 'percentage']), steps: z.array(step).min(1) }),
    mappings: z.array(z.never()),
    custom: custom.optional(),
  }),
  overrides: z.array(z.never()),
});

const common = {
  id: z.int().min(1),
  title: z.string().min(1),
  description: z.string(),
  datasource,
  gridPos,
  fieldConfig,
  targets: z.array(target).min(1),
};
const timeseries = z.strictObject({
  ...common,
  type: z.literal('timeseries'),
  options: z.strictObject({
    legend: z.strictObject({
      displayMode: z.enum(['list', 'table', 'hidden']),
      placement: z.enum(['bottom', 'right']),
      showLegend: z.boolean(),
      calcs: z.array(z.string()),
    }),
    tooltip: z.strictObject({
      mode: z.enum(['single', 'multi', 'none']),
      sort: z.enum(['none', 'asc', 'desc']),
    }),
  }),
});
const stat = z.strictObject({
  ...common,
  type: z.literal('stat'),
  options: z.strictObject({
    reduceOptions: z.strictObject({
      calcs: z.array(z.string()).min(1),
      fields: z.string(),
      values: z.boolean(),
    }),
    colorMode: z.enum(['none', 'value', 'background', 'background_solid']),
    graphMode: z.enum(['none', 'area', 'line']),
    textMode: z.enum(['auto', 'value', 'value_and_name', 'name', 'none']),
    justifyMode: z.enum(['auto', 'center']),
    orientation: z.enum(['auto', 'horizontal', 'vertical']),
  }),
});
const row = z.strictObject({
  id: z.int().min(1),
  type: z.literal('row'),
  title: z.string().min(1),
  collapsed: z.literal(false),
  gridPos,
  panels: z.array(z.never()),
});

const variable = z.strictObject({
  name: z.string(),
  label: z.string(),
  type: z.literal('datasource'),
  query: z.literal('prometheus'),
  refresh: z.literal(1),
  regex: z.string(),
  hide: z.literal(0),
  includeAll: z.boolean(),
  multi: z.boolean(),
  options: z.array(z.never()),
  current: z.strictObject({}),
});

export const dashboardSchema = z.strictObject({
  uid: z.string().regex(/^[\w-]{1,40}$/),
  title: z.string(),
  description: z.string(),
  tags: z.array(z.string()),
  /** Of Grafana 10 and 11; later ones read it. */
  schemaVersion: z.literal(39),
  version: z.int(),
  editable: z.boolean(),
  graphTooltip: z.union([z.literal(0), z.literal(1), z.literal(2)]),
  timezone: z.string(),
  refresh: z.string(),
  time: z.strictObject({ from: z.string(), to: z.string() }),
  timepicker: z.strictObject({}),
  fiscalYearStartMonth: z.int().min(0).max(11),
  liveNow: z.boolean(),
  weekStart: z.string(),
  links: z.array(z.never()),
  annotations: z.strictObject({ list: z.array(z.never()) }),
  templating: z.strictObject({ list: z.array(variable) }),
  panels: z.array(z.discriminatedUnion('type', [timeseries, stat, row])).min(1),
});
export type Dashboard = z.infer<typeof dashboardSchema>;

/** Panels that lie on each other, and ids that are there twice. */
export function layoutProblems({ panels }: Dashboard): string[] {
  const problems: string[] = [];
  panels.forEach((one, index) => {
    for (const other of panels.slice(index + 1)) {
      if (one.id === other.id) problems.push(`the id ${one.id} is there twice`);
      const [a, b] = [one.gridPos, other.gridPos];
      const across = a.x < b.x + b.w && b.x < a.x + a.w;
      if (across && a.y < b.y + b.h && b.y < a.y + a.h) problems.push(`${one.title} lies on ${other.title}`);
    }
    if (one.gridPos.x + one.gridPos.w > 24) problems.push(`${one.title} is wider than the page`);
  });
  return problems;
}

import type { Availability } from './hours/hours';

/** What the widget is given of a space, as far as the console draws it. */
export interface WidgetConfig {
  theme: { mode: string; color: string; position: string };
  prechat: string[];
  locale: string;
  availability: Availability;
}

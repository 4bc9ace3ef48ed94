/** A part of a list and where the rest begins. */
export interface Page<T, Cursor = string> {
  items: T[];
  next: Cursor | null;
}

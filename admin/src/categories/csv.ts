/** Rows of comma-separated values (RFC 4180: quotes doubled inside quotes). */
export function rowsOf(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let quoted = false;
  const source = text.replace(/^\uFEFF/, '');
  for (let at = 0; at < source.length; at++) {
    const letter = source.charAt(at);
    if (letter === '"' && quoted && source.charAt(at + 1) === '"') {
      field += '"';
      at++;
    } else if (letter === '"') quoted = !quoted;
    else if (letter === ',' && !quoted) {
      row.push(field);
      field = '';
    } else if (letter === '\n' && !quoted) {
      rows.push([...row, field]);
      row = [];
      field = '';
    } else if (letter !== '\r' || quoted) field += letter;
  }
  if (field !== '' || row.length > 0) rows.push([...row, field]);
  return rows;
}

export interface Labelled {
  text: string;
  category: string;
}

/**
 * The examples of a file whose first row names its columns, `text` and `category` among them.
 *
 * @throws in words, where it has no such columns or a row lacks one of the two
 */
export function examplesOf(file: string): Labelled[] {
  const [head = [], ...rows] = rowsOf(file);
  const names = head.map((name) => name.trim().toLowerCase());
  const [text, category] = [names.indexOf('text'), names.indexOf('category')];
  if (text < 0 || category < 0) throw new Error('The first row names the columns: text and category.');
  const filled = rows.map((row, i) => ({ line: i + 2, text: row[text]?.trim() ?? '', category: row[category]?.trim() ?? '' })).filter((row) => row.text || row.category);
  const lacking = filled.find((row) => !row.text || !row.category);
  if (lacking) throw new Error(`Row ${lacking.line} has no ${lacking.text ? 'category' : 'text'}.`);
  if (filled.length === 0) throw new Error('There are no examples in it.');
  return filled.map((row) => ({ text: row.text, category: row.category }));
}

/** Rows of one call at most. */
const ROWS = 200;
/** Bytes of one call: the server takes 256 KiB of JSON, and this leaves room for what is around the rows. */
const BYTES = 250 * 1024;

/** Rows in pieces that the server takes at once, in order. */
export function piecesOf(rows: readonly Labelled[]): Labelled[][] {
  const bytes = new TextEncoder();
  const pieces: Labelled[][] = [];
  let [piece, full]: [Labelled[], number] = [[], 0];
  for (const row of rows) {
    const size = bytes.encode(JSON.stringify(row)).length + 1;
    if (piece.length > 0 && (piece.length === ROWS || full + size > BYTES)) {
      pieces.push(piece);
      [piece, full] = [[], 0];
    }
    piece.push(row);
    full += size;
  }
  return piece.length > 0 ? [...pieces, piece] : pieces;
}

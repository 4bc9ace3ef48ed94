import { Fragment, type ReactNode } from 'react';

/** A passage as it was cut, its tables as tables. `draw` is what becomes of a piece of text. */
export function PassageText({ text, code, draw: drawn = (piece) => piece }: { text: string; code?: boolean; draw?: (piece: string) => ReactNode }) {
  if (code) return <pre className="overflow-x-auto font-mono text-xs leading-relaxed">{drawn(text)}</pre>;
  const draw = (piece: string) => strong(piece, drawn);
  return (
    <div dir="auto" className="space-y-3 leading-relaxed wrap-anywhere">
      {blocks(text).map((block, i) =>
        typeof block === 'string' ? (
          <p key={i} className="whitespace-pre-wrap">
            {draw(block)}
          </p>
        ) : (
          <Table key={i} rows={block} draw={draw} />
        ),
      )}
    </div>
  );
}

function Table({ rows: [head = [], ...rows], draw }: { rows: string[][]; draw: (piece: string) => ReactNode }) {
  return (
    <div className="overflow-x-auto">
      <table className="text-xs wrap-normal">
        <thead>
          <tr className="border-b border-strong text-start text-mute">
            {head.map((cell, i) => (
              <th key={i} scope="col" className="py-1 pe-5 text-start font-medium">
                {draw(cell)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={i} className="border-b border-line last:border-0">
              {row.map((cell, n) => (
                <td key={n} className="py-1 pe-5 align-top">
                  {draw(cell)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Bold is the one sign in a line that is in the way of reading. */
function strong(piece: string, draw: (piece: string) => ReactNode): ReactNode {
  const parts = piece.split(/\*\*([^*\n]+)\*\*/);
  if (parts.length === 1) return draw(piece);
  return parts.map((part, i) => (i % 2 === 1 ? <strong key={i} className="font-semibold">{draw(part)}</strong> : <Fragment key={i}>{draw(part)}</Fragment>));
}

const ROW = /^\s*\|.*\|\s*$/;
const RULE = /^\s*\|(\s*:?-+:?\s*\|)+\s*$/;

/** Paragraphs, and tables as rows of cells. */
export function blocks(text: string): (string | string[][])[] {
  const found: (string | string[][])[] = [];
  const lines = text.split('\n');
  let plain: string[] = [];
  const end = () => {
    const paragraph = plain.join('\n').replace(/^\n+|\s+$/g, '');
    if (paragraph) found.push(paragraph);
    plain = [];
  };
  for (let i = 0; i < lines.length; i += 1) {
    if (!ROW.test(lines[i] ?? '') || !RULE.test(lines[i + 1] ?? '')) {
      plain.push(lines[i] ?? '');
      continue;
    }
    end();
    const table = [cells(lines[i] ?? '')];
    for (i += 2; ROW.test(lines[i] ?? ''); i += 1) table.push(cells(lines[i] ?? ''));
    found.push(table);
    i -= 1;
  }
  end();
  return found;
}

/** A bar with a backslash before it is one of the cell. */
const cells = (row: string) =>
  row
    .trim()
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replace(/\\\|/g, '|'));

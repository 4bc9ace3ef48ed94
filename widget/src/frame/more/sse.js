/**
 * Server-sent events out of a byte stream read by `fetch` (`EventSource` cannot send a header).
 * Only `data:` matters here: type and seq are in the JSON as well.
 *
 * @param {(data: string) => void} emit
 * @returns {(chunk: string) => void}
 */
export function createParser(emit) {
  let rest = '';
  let data = '';
  return (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() || '';
    for (const line of lines) {
      if (line.startsWith('data:')) data += line.slice(5) + '\n';
      else if (!line.trim() && data) {
        emit(data);
        data = '';
      }
    }
  };
}

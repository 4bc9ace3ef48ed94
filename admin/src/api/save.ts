const FORGET_MS = 60_000;

/** Has the browser keep a file under a name; it is never opened as a page. */
export function save(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name.split('/').pop() || 'document';
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), FORGET_MS);
}

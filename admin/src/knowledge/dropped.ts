import type { Given } from './uploads';

/** The files that were dropped, those inside of folders too. */
export async function dropped(data: DataTransfer): Promise<Given[]> {
  // Entries are gone once the event is over: they are taken before anything is waited for.
  const entries = [...data.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  if (entries.some((entry) => entry?.isDirectory)) {
    const found = await Promise.all(entries.map((entry) => (entry ? inside(entry) : [])));
    return found.flat();
  }
  return chosen(data.files);
}

export const chosen = (files: Iterable<File>): Given[] => [...files].map((file) => ({ file, name: file.name }));

async function inside(entry: FileSystemEntry): Promise<Given[]> {
  // What a system puts into folders for itself.
  if (entry.name.startsWith('.')) return [];
  if (isFile(entry)) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    return [{ file, name: entry.fullPath.replace(/^\//, '') }];
  }
  const found: Given[] = [];
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // A hundred at a time, until there are none.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return found;
    for (const one of some) found.push(...(await inside(one)));
  }
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;

import { Problem, problemOf } from './problem';

export interface Upload {
  token: string;
  /** Percent of the bytes that went out. */
  progress: (percent: number) => void;
  signal: AbortSignal;
}

/**
 * Posts a form and tells how much of it went out, which `fetch` does not.
 *
 * @throws {Problem} when it is refused or cannot be sent; a DOMException when it is called off
 */
export function upload(path: string, form: FormData, { token, progress, signal }: Upload): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', path);
    request.setRequestHeader('accept', 'application/json');
    request.setRequestHeader('authorization', `Bearer ${token}`);
    request.upload.onprogress = ({ loaded, total, lengthComputable }) => lengthComputable && progress(Math.round((100 * loaded) / total));
    request.onerror = () => reject(Problem.unreachable());
    request.onabort = () => reject(new DOMException('called off', 'AbortError'));
    request.onload = () => answer(request).then(resolve, reject);
    if (signal.aborted) return reject(new DOMException('called off', 'AbortError'));
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(form);
  });
}

async function answer(request: XMLHttpRequest): Promise<unknown> {
  const { status, responseText } = request;
  if (status >= 200 && status < 300) return JSON.parse(responseText) as unknown;
  const after = request.getResponseHeader('retry-after');
  throw await problemOf(new Response(responseText, { status, headers: after ? { 'retry-after': after } : {} }));
}

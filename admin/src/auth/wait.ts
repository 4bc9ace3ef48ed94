import { useEffect, useState } from 'react';
import { Problem } from '../api/problem';

/** Seconds until the server takes another attempt, counted down. */
export function useWait(error: Error | null): number {
  const [left, setLeft] = useState(0);
  const [last, setLast] = useState(error);
  if (error !== last) {
    setLast(error);
    setLeft((error instanceof Problem && error.retryAfter) || 0);
  }
  useEffect(() => {
    if (left <= 0) return;
    const timer = setTimeout(() => setLeft(left - 1), 1_000);
    return () => clearTimeout(timer);
  }, [left]);
  return left;
}

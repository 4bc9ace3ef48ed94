import { Link } from '@tanstack/react-router';
import type { ComponentType, ReactNode } from 'react';

interface Props {
  to: string;
  params?: Record<string, string>;
  activeOptions?: { exact?: boolean; includeSearch?: boolean };
  className?: string;
  children: ReactNode;
}

/** A link to a page of operators: the router's own, whose types know the console's pages alone. */
export const OperatorLink = Link as unknown as ComponentType<Props>;

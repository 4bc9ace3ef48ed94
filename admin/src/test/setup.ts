import '@testing-library/jest-dom/vitest';
import { cleanup } from '@testing-library/react';
import { afterEach, beforeEach, vi } from 'vitest';
import { Tab } from './tabs';

beforeEach(() => void vi.stubGlobal('BroadcastChannel', Tab));
afterEach(() => {
  cleanup();
  Tab.closeAll();
  vi.unstubAllGlobals();
});

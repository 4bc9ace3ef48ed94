import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createQueryClient } from '../app/queries';
import { OperatorApp } from './OperatorApp';
import '../app.css';

const root = document.getElementById('root');
if (!root) throw new Error('operator.html has no #root');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={createQueryClient()}>
      <OperatorApp />
    </QueryClientProvider>
  </StrictMode>,
);

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useState } from 'react';
import { Problem } from '../api/problem';
import { Failure } from '../ui/Failure';
import { Logo } from '../ui/Logo';
import { operatorQuery } from './api';
import { EnterPage } from './EnterPage';
import { createOperatorRouter } from './router';

/** The view for who has entered as an operator, the way in for who has not. */
export function OperatorApp() {
  const queries = useQueryClient();
  const { data, error, refetch } = useQuery(operatorQuery);
  if (error instanceof Problem && error.status === 401) {
    return <EnterPage entered={(operator) => queries.setQueryData(operatorQuery.queryKey, operator)} />;
  }
  if (data) return <View key={data.email} />;
  if (error) {
    return (
      <div className="flex h-full">
        <Failure error={error} retry={refetch} />
      </div>
    );
  }
  return (
    <div role="status" aria-label="Starting" className="grid h-full place-items-center">
      <Logo className="size-10 animate-pulse" />
    </div>
  );
}

function View() {
  const queries = useQueryClient();
  const [router] = useState(() => createOperatorRouter(queries));
  return <RouterProvider router={router} />;
}

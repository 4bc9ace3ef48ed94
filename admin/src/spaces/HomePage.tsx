import { useQuery } from '@tanstack/react-query';
import { Navigate } from '@tanstack/react-router';
import { Boxes, Plus } from 'lucide-react';
import { useState } from 'react';
import { useApi } from '../api/client';
import { useMay } from '../app/permission';
import { Button } from '../ui/Button';
import { Empty } from '../ui/Empty';
import { Failure } from '../ui/Failure';
import { SkeletonRows } from '../ui/Skeleton';
import { spacesQuery } from './api';
import { NewSpace } from './lazy';

/** Leads to the inbox, where there is a space for one. */
export function HomePage() {
  const [may, [making, setMaking]] = [useMay('spaces:write'), useState(false)];
  // Whoever makes the first space here is led to its settings.
  const [bare, setBare] = useState(false);
  const { data: spaces, error, refetch } = useQuery(spacesQuery(useApi()));
  if (!spaces) return error ? <Failure error={error} retry={refetch} /> : <SkeletonRows label="Loading your spaces" />;
  const first = spaces[0];
  if (!first && !bare) setBare(true);
  if (first && !bare) return <Navigate to="/inbox" replace />;
  return (
    <Empty icon={Boxes} title="No spaces yet">
      <p>A space is one chat on one site, with its own knowledge and its own conversations. {!may && 'An admin of your workspace can create one.'}</p>
      {may && (
        <Button look="primary" onClick={() => setMaking(true)}>
          <Plus className="size-4" aria-hidden /> New space
        </Button>
      )}
      {making && <NewSpace close={() => setMaking(false)} />}
    </Empty>
  );
}

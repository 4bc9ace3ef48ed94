import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Check, Star } from 'lucide-react';
import { useState } from 'react';
import { useApi } from '../../api/client';
import { sentence } from '../../api/problem';
import { useMay } from '../../app/permission';
import { useSpace } from '../../spaces/api';
import { Button } from '../../ui/Button';
import type { Document } from '../api';
import { goldenQuery, type FoundPassage, type GoldenQuestion } from './api';
import { GoldenDialog } from './GoldenDialog';

/** Keeps the question, to be asked again after every change: it has to find the document that it found now. */
export function KeepGolden({ question, passage }: { question: string; passage: FoundPassage | undefined }) {
  const [api, queries, space, mayWrite] = [useApi(), useQueryClient(), useSpace(), useMay('knowledge:write')];
  const { data: golden } = useQuery(goldenQuery(api, space.id));
  const [writes, setWrites] = useState(false);
  const keep = useMutation({
    mutationFn: async (document: string) => {
      const { name } = await api.get<Document>(`/api/documents/${document}`);
      return api.post<GoldenQuestion>(`/api/chat-spaces/${space.id}/golden-questions`, { question, source: name, facts: [] });
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['golden', space.id] }),
  });
  const known = golden?.find((one) => one.question === question);
  if (known) {
    return (
      <Link to="/spaces/$space/playground/golden" params={{ space: space.slug }} className="inline-flex h-9 items-center gap-1.5 text-xs font-medium text-good hover:underline">
        <Check className="size-4" aria-hidden /> A golden question{known.source && `, expects ${known.source}`}
      </Link>
    );
  }
  if (!mayWrite || !golden) return null;
  return (
    <div className="flex flex-wrap items-center gap-3">
      {keep.error && (
        <span role="alert" className="text-xs text-bad">
          {sentence(keep.error)}
        </span>
      )}
      <Button
        disabled={keep.isPending}
        onClick={() => (passage ? keep.mutate(passage.document) : setWrites(true))}
        title={passage ? `It has to find “${passage.title}” from now on` : undefined}
      >
        <Star className="size-4 text-mute" aria-hidden /> {passage ? 'Keep as a golden question' : 'Keep as a golden question…'}
      </Button>
      {writes && <GoldenDialog begin={{ question, source: null, facts: [] }} close={() => setWrites(false)} />}
    </div>
  );
}

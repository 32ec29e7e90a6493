// A file on its way in: read, looked at, its columns chosen anew, then saved.
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Schemas } from '../../api/client';
import { type Choice, importFile, previewImport } from '../../api/planner';
import { listsMayHaveGrown } from '../../realtime/rowFetcher';

export type Preview = Schemas['ImportPreview'];
export type Imported = Schemas['Imported'];

let numbered = 0;

export function useImport() {
  const [file, setFile] = useState<{ file: File; number: number } | null>(null);
  const [choice, setChoice] = useState<Choice | null>(null);
  const preview = useQuery({
    queryKey: ['import', file?.number, choice],
    enabled: file !== null,
    retry: false,
    gcTime: 0,
    placeholderData: (before: Preview | undefined, query) =>
      query?.queryKey[1] === file?.number ? before : undefined,
    queryFn: () => previewImport((file as { file: File }).file, choice),
  });
  const saving = useMutation({
    mutationFn: () => importFile((file as { file: File }).file, choice),
    onSuccess: () => listsMayHaveGrown('keyword'),
  });
  const take = (next: File | null) => {
    numbered += 1;
    setFile(next && { file: next, number: numbered });
    setChoice(null);
    saving.reset();
  };
  return { file: file?.file ?? null, take, preview, choose: setChoice, saving };
}

export type ImportState = ReturnType<typeof useImport>;

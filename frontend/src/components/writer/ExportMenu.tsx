// Takes articles away as files: one as it is, several in a ZIP file.
import { Button, Menu } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { exportAddress, exportMany, FORMATS, type Format, reason } from '../../api/writer';
import { warn } from '../common/notices';

const formats = Object.entries(FORMATS) as [Format, string][];

/** One article: a link for each format. */
export function ExportOne({ id }: { id: string }) {
  return (
    <Menu>
      <Menu.Target>
        <Button variant="default">Export</Button>
      </Menu.Target>
      <Menu.Dropdown>
        {formats.map(([format, word]) => (
          <Menu.Item key={format} component="a" href={exportAddress(id, format)} download>
            {word}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** The chosen articles as one ZIP file. */
export function ExportMany({ ids }: { ids: string[] }) {
  const packing = useMutation({
    mutationFn: (format: Format) => exportMany(ids, format),
    onSuccess: (blob) => save(blob, 'articles.zip'),
    onError: (error) => warn({ message: reason(error) }),
  });
  return (
    <Menu>
      <Menu.Target>
        <Button size="compact-md" variant="default" loading={packing.isPending}>
          Export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {formats.map(([format, word]) => (
          <Menu.Item key={format} onClick={() => packing.mutate(format)}>
            {word}, as a ZIP file
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function save(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000); // the browser has it by then
}

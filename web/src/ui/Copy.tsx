import { ActionIcon, Tooltip } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import { CopyIcon, DoneIcon } from './icons';

/** A button that puts a text on the clipboard and shows that it did. */
export function Copy({ text, label }: { text: string; label: string }) {
	const { t } = useTranslation();
	const clipboard = useClipboard({ timeout: 1500 });
	return (
		<Tooltip label={clipboard.copied ? t('copied') : label}>
			<ActionIcon aria-label={label} color="gray" onClick={() => clipboard.copy(text)} size="xs" variant="subtle">
				{clipboard.copied ? <DoneIcon size={13} /> : <CopyIcon size={13} />}
			</ActionIcon>
		</Tooltip>
	);
}

/** Gives the guest a text: typed key by key, which every guest understands, or on its clipboard. */
import { Button, Textarea } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '../form/FormDialog';
import { Copy } from '../ui/Copy';
import css from './Console.module.css';
import { strokesOf } from './keys';
import type { Layout } from './layouts';
import type { Viewer } from './viewer';

interface TypeDialogProps {
	name: string;
	viewer: Viewer | undefined;
	layout: Layout;
	/** What the guest has put on its clipboard last. */
	copied: string;
	onClose: () => void;
}

/** Between two letters, in ms: the queue of a virtual keyboard is short. */
const PAUSE = 12;

export function TypeDialog({ name, viewer, layout, copied, onClose }: TypeDialogProps) {
	const { t } = useTranslation();
	const [text, setText] = useState('');
	const [left, setLeft] = useState(0);
	const over = useRef(false);
	useEffect(() => {
		over.current = false;
		return () => {
			over.current = true;
		};
	}, []);
	const type = async () => {
		const strokes = strokesOf(text, layout);
		for (const [index, stroke] of strokes.entries()) {
			if (over.current) return;
			if (viewer === undefined) throw new Error(t('console.none'));
			viewer.stroke([stroke]);
			setLeft(strokes.length - index - 1);
			await new Promise((resolve) => setTimeout(resolve, PAUSE));
		}
	};
	return (
		<FormDialog
			action={t('console.type.type')}
			onClose={() => {
				onClose();
				viewer?.focus();
			}}
			onSubmit={type}
			ready={text !== '' && viewer !== undefined}
			size="lg"
			title={t('console.type.title', { name })}
		>
			<Textarea
				autosize
				data-autofocus
				description={t('console.type.help')}
				label={t('console.type.text')}
				maxRows={14}
				minRows={4}
				onChange={(event) => setText(event.currentTarget.value)}
				styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
				value={text}
			/>
			<div className={css.row}>
				<span className={css.dim} role="status">
					{left > 0 && t('console.type.left', { count: left })}
				</span>
				{viewer?.paste !== undefined && (
					<Button disabled={text === ''} onClick={() => viewer.paste?.(text)} size="compact-sm" variant="default">
						{t('console.type.paste')}
					</Button>
				)}
			</div>
			{copied !== '' && (
				<div>
					<p className={css.row}>
						{t('console.type.copied')} <Copy label={t('copy', { text: t('console.type.copied') })} text={copied} />
					</p>
					<pre className={css.guest}>{copied}</pre>
				</div>
			)}
		</FormDialog>
	);
}

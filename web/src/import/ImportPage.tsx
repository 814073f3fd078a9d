/** Makes VMs, disks and images of discs of files: chosen, dropped anywhere on the page, or fetched from an address. */
import { Button } from '@mantine/core';
import { type DragEvent, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { usePageSearch } from '../app/PageLink';
import { NeedsPool } from '../list/NeedsPool';
import { useConnectionState, useLive } from '../live/hooks';
import { FormPage, Part } from '../ui/FormPage';
import { UploadIcon } from '../ui/icons';
import { Chosen } from './Chosen';
import css from './ImportPage.module.css';
import { fileItem, type Goal, goalOf, type Item, isReady, jobOf } from './item';
import { Sources } from './Sources';
import { sniff } from './sniff';
import { Targets } from './Targets';
import { UploadList } from './UploadList';
import { uploads } from './uploads';

export default function ImportPage() {
	const { t } = useTranslation();
	const { connection } = useLive();
	const isLost = useConnectionState().is === 'lost';
	const [items, setItems] = useState<readonly Item[]>([]);
	const { sr } = usePageSearch();
	const [goal, setGoal] = useState<Goal>({ sr: undefined, discs: undefined });
	const add = async (files: Iterable<File>) => {
		const found = await Promise.all([...files].map(async (file) => fileItem(file, await sniff(file))));
		setItems((before) => [...before, ...found]);
	};
	const { isOver, drop } = useDrop((files) => void add(files));
	const ready = items.filter(isReady).filter((item) => goalOf(item, goal) !== undefined);
	const begin = () => {
		for (const item of ready) uploads.add(jobOf(connection, item, goalOf(item, goal) ?? ''));
		setItems(items.filter((item) => !ready.some(({ key }) => key === item.key)));
	};
	const change = (item: Item) => setItems(items.map((one) => (one.key === item.key ? item : one)));
	return (
		<NeedsPool title={t('import.title')}>
			<div className={css.drop} data-over={isOver || undefined} {...drop}>
				<FormPage help={t('import.help')} title={t('import.title')}>
					<UploadList />
					<Part help={t('import.sourcesHelp')} title={t('import.sources')}>
						<Sources onFiles={(files) => void add(files)} onUrl={(item) => setItems([...items, item])} />
					</Part>
					{items.length > 0 && (
						<Part title={t('import.chosen')}>
							<ul className={css.items}>
								{items.map((item) => (
									<Chosen
										item={item}
										key={item.key}
										onChange={change}
										onRemove={() => setItems(items.filter(({ key }) => key !== item.key))}
									/>
								))}
							</ul>
						</Part>
					)}
					<Targets goal={goal} items={items} onChange={setGoal} preset={sr} />
					<div className={css.end}>
						<Button disabled={ready.length === 0 || isLost} leftSection={<UploadIcon size={16} />} onClick={begin}>
							{ready.length === 0 ? t('import.title') : t('import.begin', { count: ready.length })}
						</Button>
					</div>
				</FormPage>
				{isOver && (
					<p aria-hidden="true" className={css.over}>
						{t('import.dropHere')}
					</p>
				)}
			</div>
		</NeedsPool>
	);
}

/** Files that are dragged over an element and let go there. */
function useDrop(onFiles: (files: Iterable<File>) => void) {
	const [isOver, setOver] = useState(false);
	// Let go beside it, a file must not take the place of the page.
	useEffect(() => {
		const keep = (event: Event) => event.preventDefault();
		addEventListener('dragover', keep);
		addEventListener('drop', keep);
		return () => {
			removeEventListener('dragover', keep);
			removeEventListener('drop', keep);
		};
	}, []);
	const drop = {
		onDragOver: (event: DragEvent) => {
			if (!event.dataTransfer.types.includes('Files')) return;
			event.preventDefault();
			setOver(true);
		},
		onDragLeave: (event: DragEvent<HTMLElement>) => {
			if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
		},
		onDrop: (event: DragEvent) => {
			event.preventDefault();
			setOver(false);
			onFiles(event.dataTransfer.files);
		},
	};
	return { isOver, drop };
}

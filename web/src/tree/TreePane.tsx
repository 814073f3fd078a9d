/** What there is as a tree, by one of several roots: where things are, their tags, or queries that somebody keeps. */
import { CloseButton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useKept } from '../ui/kept';
import { SavedQueries } from './SavedQueries';
import { TagTree } from './TagTree';
import { Topology } from './Topology';
import css from './Tree.module.css';

const ROOTS = ['topology', 'tags', 'saved'] as const;
type Root = (typeof ROOTS)[number];

export function TreePane({ onClose }: { onClose: () => void }) {
	const { t } = useTranslation();
	const [kept, keep] = useKept('tree.root', 'topology');
	const root: Root = ROOTS.find((candidate) => candidate === kept) ?? 'topology';
	return (
		<nav aria-label={t('tree.title')} className={css.pane}>
			<div className={css.head}>
				<select
					aria-label={t('tree.root')}
					className={css.root}
					onChange={(event) => keep(event.currentTarget.value)}
					value={root}
				>
					{ROOTS.map((candidate) => (
						<option key={candidate} value={candidate}>
							{t(`tree.${candidate}`)}
						</option>
					))}
				</select>
				<CloseButton aria-label={t('tree.hide')} onClick={onClose} size="sm" />
			</div>
			<div className={css.scroll}>
				{root === 'topology' && <Topology />}
				{root === 'tags' && <TagTree />}
				{root === 'saved' && <SavedQueries />}
			</div>
		</nav>
	);
}

/** Tags with how many VMs have them; those that are `scope=value` stand below their scope. */
import { useTranslation } from 'react-i18next';
import { withTag } from '../filter/terms';
import { useView } from '../live/hooks';
import { TagIcon } from '../ui/icons';
import { Node } from './Node';
import css from './Tree.module.css';

const TAGS = { type: 'VM', limit: 0, groupBy: ['tags'] };

export function TagTree() {
	const { t } = useTranslation();
	const { view } = useView(TAGS);
	const tags = Object.entries(view.counts.tags ?? {}).sort(([a], [b]) => a.localeCompare(b));
	if (tags.length === 0 && view.isSettled) return <p className={css.empty}>{t('tree.noTags')}</p>;
	const scopes = new Map<string, [tag: string, value: string, count: number][]>();
	const plain: [string, number][] = [];
	for (const [tag, count] of tags) {
		const split = tag.indexOf('=');
		if (split <= 0) plain.push([tag, count]);
		else {
			const scope = tag.slice(0, split);
			scopes.set(scope, [...(scopes.get(scope) ?? []), [tag, tag.slice(split + 1), count]]);
		}
	}
	return (
		<ul className={css.tree}>
			{[...scopes].map(([scope, values]) => (
				<Node icon={TagIcon} key={scope} list="vms" name={scope} open search={{ s: `tags:"${scope}="` }}>
					{() =>
						values.map(([tag, value, count]) => (
							<Node count={count} icon={TagIcon} key={tag} list="vms" name={value} search={{ s: withTag('', tag) }} />
						))
					}
				</Node>
			))}
			{plain.map(([tag, count]) => (
				<Node count={count} icon={TagIcon} key={tag} list="vms" name={tag} search={{ s: withTag('', tag) }} />
			))}
		</ul>
	);
}

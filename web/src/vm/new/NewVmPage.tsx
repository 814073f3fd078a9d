/** A new VM: a pool, a template, and what the template suggests, all of which can be changed. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { usePageSearch } from '../../app/PageLink';
import { ObjectSelect } from '../../form/ObjectSelect';
import { NeedsPool } from '../../list/NeedsPool';
import { text } from '../../list/noun';
import { useAll } from '../../live/hooks';
import { useKept } from '../../ui/kept';
import { Waiting } from '../../ui/Waiting';
import css from './NewVm.module.css';
import { NewVmForm } from './NewVmForm';
import { TemplateChoice } from './TemplateChoice';
import { useFacts } from './useFacts';

const POOL_COLUMNS = ['name_label'];
const HOST_COLUMNS = ['$pool'];

export default function NewVmPage() {
	const { t } = useTranslation();
	const { pool: ofSearch, host, template: first } = usePageSearch();
	const [kept, keep] = useKept('newVm.pool', '');
	const pools = useAll('pool', '', POOL_COLUMNS);
	const hosts = useAll('host', host === undefined ? undefined : `id:${host}`, HOST_COLUMNS);
	const templates = useAll('VM-template', first === undefined ? undefined : `id:${first}`, HOST_COLUMNS);
	const [chosenPool, setChosenPool] = useState<string>();
	const [template, setTemplate] = useState(first);
	const known = (id: string | undefined) => pools?.find((pool) => pool.id === id)?.id;
	const ofObject = [...(hosts ?? []), ...(templates ?? [])].map((row) => text(row, '$pool'))[0];
	const pool = known(chosenPool) ?? known(ofObject) ?? known(ofSearch) ?? known(kept) ?? pools?.[0]?.id;
	if (pools?.length === 0) return <NeedsPool title={t('vm.new')}>{null}</NeedsPool>;
	return (
		<main className={css.page}>
			<div className={css.inner}>
				<h1>{t('vm.new')}</h1>
				{pools === undefined && <Waiting />}
				{pools !== undefined && pools.length > 1 && template === undefined && (
					<div className={css.pool}>
						<ObjectSelect
							label={t('column.pool')}
							onChange={(row) => {
								setChosenPool(row?.id);
								keep(row?.id ?? '');
							}}
							required
							type="pool"
							value={pool}
						/>
					</div>
				)}
				{pool !== undefined && template === undefined && <TemplateChoice onChoose={setTemplate} pool={pool} />}
				{template !== undefined && (
					<Chosen host={host} id={template} key={template} onBack={() => setTemplate(undefined)} />
				)}
			</div>
		</main>
	);
}

interface ChosenProps {
	id: string;
	host: string | undefined;
	onBack: () => void;
}

function Chosen({ id, host, onBack }: ChosenProps) {
	const { t } = useTranslation();
	const facts = useFacts(id);
	if (facts === undefined) return <p className={css.dim}>{t('newVm.reading')}</p>;
	return <NewVmForm facts={facts} host={host} onBack={onBack} />;
}

import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { formatBytes, formatNumber } from '../ui/format';
import css from './Chosen.module.css';
import { readOvf } from './ovf';

/** What an OVA says of its VM; the server reads it from there. */
export function OvfFacts({ file }: { file: File }) {
	const { t } = useTranslation();
	const { data: ovf } = useQuery({
		queryKey: ['ovf', file.name, file.size, file.lastModified],
		queryFn: async () => (await readOvf(file)) ?? null,
		staleTime: Number.POSITIVE_INFINITY,
	});
	if (!ovf) return null;
	const facts = [
		ovf.name,
		ovf.vcpus !== undefined && `${formatNumber(ovf.vcpus)} ${t('column.vcpu')}`,
		ovf.memory !== undefined && `${formatBytes(ovf.memory)} ${t('column.ram')}`,
		ovf.disks.length > 0 &&
			`${t('vdi.counted', { count: ovf.disks.length })} (${ovf.disks.map(formatBytes).join(', ')})`,
		ovf.networks.length > 0 && `${t('network.title')}: ${ovf.networks.join(', ')}`,
	];
	return <p className={css.dim}>{t('import.ofFile', { facts: facts.filter(Boolean).join(' · ') })}</p>;
}

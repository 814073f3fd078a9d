/** What is to know of one VM at a glance. */
import { useTranslation } from 'react-i18next';
import type { VM } from '../api/objects';
import { Ref, YesNo } from '../list/cells';
import { Fact, Section } from '../list/Drawer';
import css from '../list/Drawer.module.css';
import { useOnTag } from '../list/links';
import { useConnectionState, useObject } from '../live/hooks';
import { TagsEditor } from '../tag/TagsEditor';
import { Copy } from '../ui/Copy';
import { formatBytes, formatNumber, formatTime } from '../ui/format';
import { Meter } from '../ui/Meter';

export function VmDetails({ id }: { id: string }) {
	const { object: vm } = useObject('VM', id);
	const state = useConnectionState();
	const onTag = useOnTag();
	if (vm === undefined) return null;
	return (
		<>
			<TagsEditor disabled={state.is === 'lost'} id={vm.id} onPick={onTag} tags={vm.tags} />
			<Placement vm={vm} />
			<Resources vm={vm} />
			<Guest vm={vm} />
			<Settings vm={vm} />
		</>
	);
}

function runs(vm: VM): boolean {
	return vm.power_state === 'Running' || vm.power_state === 'Paused';
}

function Placement({ vm }: { vm: VM }) {
	const { t } = useTranslation();
	return (
		<Section title={t('vm.placement')}>
			<Fact label={t('column.host')}>
				<Ref id={vm.$container} sort="place" />
			</Fact>
			<Fact label={t('column.pool')}>
				<Ref id={vm.$pool} sort="place" />
			</Fact>
			{runs(vm) && vm.startTime ? <Fact label={t('vm.runsSince')}>{formatTime(vm.startTime)}</Fact> : null}
		</Section>
	);
}

function Resources({ vm }: { vm: VM }) {
	const { t } = useTranslation();
	const number = (count: number) => (count === 0 ? t('none') : formatNumber(count));
	return (
		<Section title={t('vm.resources')}>
			<Fact label={t('column.vcpu')}>
				{vm.CPUs.number}
				{vm.CPUs.max !== vm.CPUs.number && <span className={css.dim}> {t('vm.atMost', { max: vm.CPUs.max })}</span>}
			</Fact>
			<Fact label={t('column.ram')}>
				{formatBytes(vm.memory.size)}
				{runs(vm) && vm.memory.usage !== undefined && <Meter size={vm.memory.size} usage={vm.memory.usage} />}
			</Fact>
			<Fact label={t('vm.drives')}>{number(vm.$VBDs.length)}</Fact>
			<Fact label={t('vm.interfaces')}>{number(vm.VIFs.length)}</Fact>
			<Fact label={t('column.snapshots')}>{number(vm.snapshots.length)}</Fact>
		</Section>
	);
}

function Guest({ vm }: { vm: VM }) {
	const { t } = useTranslation();
	const addresses = [...new Set(Object.values(vm.addresses))];
	const noTools = runs(vm) && vm.pvDriversDetected !== true;
	return (
		<Section title={t('vm.guest')}>
			<Fact label={t('column.os')}>
				{vm.os_version?.name ?? <span className={css.dim}>{t('vm.notReported')}</span>}
			</Fact>
			<Fact label={t('vm.addresses')}>
				{addresses.length === 0 && <span className={css.dim}>{t('vm.notReported')}</span>}
				<ul>
					{addresses.map((address) => (
						<li className={css.copyable} key={address}>
							{address} <Copy label={t('copy', { text: address })} text={address} />
						</li>
					))}
				</ul>
			</Fact>
			<Fact label={t('vm.tools')}>
				{vm.pvDriversVersion ?? <span className={css.dim}>{t(noTools ? 'vm.noTools' : 'vm.whileRunning')}</span>}
			</Fact>
		</Section>
	);
}

function Settings({ vm }: { vm: VM }) {
	const { t } = useTranslation();
	return (
		<Section title={t('vm.settings')}>
			<Fact label={t('vm.mode')}>
				{vm.virtualizationMode.toUpperCase()}
				{vm.boot.firmware !== undefined && `, ${vm.boot.firmware.toUpperCase()}`}
			</Fact>
			<Fact label={t('vm.autoStart')}>
				<YesNo value={vm.auto_poweron} />
			</Fact>
			<Fact label={t('vm.ha')}>{vm.high_availability === '' ? t('off') : vm.high_availability}</Fact>
			<Fact label="UUID">
				<span className={css.copyable}>
					<code>{vm.uuid}</code> <Copy label={t('copy', { text: 'UUID' })} text={vm.uuid} />
				</span>
			</Fact>
		</Section>
	);
}

/** Processors and memory. */
import { useTranslation } from 'react-i18next';
import { BytesSetting, ChoiceSetting, NumberSetting, Settings, TextSetting } from '../../form/Setting';
import type { PartProps } from './VmConfig';

export function ResourcesPart({ vm, set, halt }: PartProps) {
	const { t } = useTranslation();
	const runs = halt !== undefined;
	const [least, most] = vm.memory.dynamic;
	const staticMax = vm.memory.static[1];
	return (
		<Settings title={t('vm.resources')}>
			<NumberSetting
				help={runs ? t('vmConfig.cpusWhileRunning', { max: vm.CPUs.max }) : undefined}
				label={t('column.vcpu')}
				max={runs ? vm.CPUs.max : undefined}
				min={1}
				property="CPUs"
				set={set}
				value={vm.CPUs.number}
			/>
			<NumberSetting label={t('newVm.cpusMax')} min={1} property="cpusMax" set={set} value={vm.CPUs.max} why={halt} />
			<ChoiceSetting
				choices={topologies(vm.CPUs.max, vm.coresPerSocket).map((cores) => ({
					value: String(cores),
					label: cores === 0 ? t('newVm.byDefault') : t('vmConfig.sockets', { sockets: vm.CPUs.max / cores, cores }),
				}))}
				label={t('vmConfig.topology')}
				property="coresPerSocket"
				// An empty choice takes the setting away.
				set={(label, change) => set(label, orNothing(change))}
				value={String(vm.coresPerSocket ?? 0)}
				why={halt}
			/>
			<BytesSetting
				help={runs ? t('vmConfig.memoryWhileRunning') : undefined}
				label={t('column.ram')}
				property="memory"
				set={set}
				value={vm.memory.size}
			/>
			<BytesSetting label={t('newVm.memoryMin')} property="memoryMin" set={set} value={least} />
			<BytesSetting label={t('newVm.memoryMax')} property="memoryMax" set={set} value={most} />
			<BytesSetting
				help={t('vmConfig.staticMaxHelp')}
				label={t('vmConfig.staticMax')}
				property="memoryStaticMax"
				set={set}
				value={staticMax}
				why={halt}
			/>
			<NumberSetting
				help={t('vmConfig.weightHelp')}
				label={t('newVm.cpuWeight')}
				max={65_535}
				min={1}
				property="cpuWeight"
				set={set}
				unset={t('newVm.byDefault')}
				value={vm.cpuWeight}
			/>
			<NumberSetting
				help={t('vmConfig.capHelp')}
				label={t('vmConfig.cap')}
				property="cpuCap"
				set={set}
				suffix=" %"
				unset={t('newVm.byDefault')}
				value={vm.cpuCap}
			/>
			<TextSetting
				help={t('vmConfig.maskHelp')}
				label={t('vmConfig.mask')}
				property="cpuMask"
				set={(label, change) => set(label, { cpuMask: numbersOf(Object(change).cpuMask) })}
				value={vm.cpuMask?.join(', ') ?? ''}
			/>
		</Settings>
	);
}

/** Numbers of cores of a socket that come out even, and what it has now. */
function topologies(cpus: number, now: number | undefined): number[] {
	const even = Array.from({ length: Math.min(cpus, 64) }, (_, at) => at + 1).filter((cores) => cpus % cores === 0);
	return [0, ...new Set(now === undefined ? even : [...even, now])];
}

function orNothing(change: object): object {
	return Object.fromEntries(Object.entries(change).map(([key, value]) => [key, value === '0' ? null : Number(value)]));
}

function numbersOf(text: unknown): number[] {
	return String(text)
		.split(/[\s,;]+/)
		.filter((word) => /^\d+$/.test(word))
		.map(Number);
}

/** Versions of the workers as Temporal knows them: which function each is, and which of them gets the work. */
import { type Client, isGrpcServiceError } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';

/** Of `@grpc/grpc-js`, which the client does not export. */
const NOT_FOUND = 5;
const ALREADY_EXISTS = 6;

export interface Version {
  readonly deploymentName: string;
  readonly buildId: string;
}

/** What Temporal invokes when tasks wait and nobody polls. */
export interface Invoked {
  /** Of a published version: a function without one is another tomorrow. */
  readonly arn: string;
  /** Role that Temporal takes on, with our word; absent: it invokes as itself. */
  readonly role?: string | undefined;
  readonly externalId?: string | undefined;
}

const SCALING_GROUP = 'default';

const scalingGroup = ({ arn, role, externalId }: Invoked) => ({
  provider: {
    type: 'aws-lambda',
    details: defaultPayloadConverter.toPayload({
      arn,
      ...(role === undefined ? {} : { role }),
      ...(externalId === undefined ? {} : { role_external_id: externalId }),
    }),
  },
  scaler: { type: 'no-sync' },
});

const unless = (code: number) => (error: unknown) => {
  if (isGrpcServiceError(error) && Number(error.code) === code) return undefined;
  throw error;
};

export type Versions = ReturnType<typeof versionsOf>;

/** All of it may be asked twice. @throws what the server answers */
export function versionsOf(client: Client) {
  const { workflowService } = client;
  const common = { namespace: client.options.namespace, identity: client.options.identity };
  const routing = async (deploymentName: string) => {
    const found = await workflowService.describeWorkerDeployment({ ...common, deploymentName });
    return found.workerDeploymentInfo;
  };
  return {
    /** Makes the version known; the server invokes a new one at once, so that it shows which queue it polls. */
    register: async (version: Version, invoked: Invoked): Promise<void> => {
      const { deploymentName } = version;
      await workflowService.createWorkerDeployment({ ...common, deploymentName }).catch(unless(ALREADY_EXISTS));
      const group = scalingGroup(invoked);
      const created = await workflowService
        .createWorkerDeploymentVersion({
          ...common,
          deploymentVersion: version,
          computeConfig: { scalingGroups: { [SCALING_GROUP]: group } },
        })
        .catch(unless(ALREADY_EXISTS));
      if (created !== undefined) return;
      // The same workflows in another function: a change of activities alone.
      await workflowService.updateWorkerDeploymentVersionComputeConfig({
        ...common,
        deploymentVersion: version,
        computeConfigScalingGroups: {
          [SCALING_GROUP]: { scalingGroup: group, updateMask: { paths: ['provider', 'scaler'] } },
        },
      });
    },

    /** Build ids of the current version and of the one that is ramped, if there are. */
    routed: async (deploymentName: string): Promise<{ current: string | undefined; ramping: string | undefined }> => {
      const info = await routing(deploymentName).catch(unless(NOT_FOUND));
      const { currentDeploymentVersion, rampingDeploymentVersion } = info?.routingConfig ?? {};
      return {
        current: currentDeploymentVersion?.buildId ?? undefined,
        ramping: rampingDeploymentVersion?.buildId ?? undefined,
      };
    },

    /** Routes so many percent of the work to it, by a hash of the workflow. */
    ramp: async ({ deploymentName, buildId }: Version, percentage: number): Promise<void> => {
      await workflowService.setWorkerDeploymentRampingVersion({ ...common, deploymentName, buildId, percentage });
    },

    /** Routes everything to the current version again. */
    endRamp: async (deploymentName: string): Promise<void> => {
      await workflowService.setWorkerDeploymentRampingVersion({
        ...common,
        deploymentName,
        buildId: '',
        percentage: 0,
        ignoreMissingTaskQueues: true,
        allowNoPollers: true,
      });
    },

    makeCurrent: async ({ deploymentName, buildId }: Version): Promise<void> => {
      await workflowService.setWorkerDeploymentCurrentVersion({ ...common, deploymentName, buildId });
    },

    /** The queues that the version has polled; none while the server does not know it. */
    polled: async (version: Version): Promise<readonly string[]> => {
      const found = await workflowService
        .describeWorkerDeploymentVersion({ ...common, deploymentVersion: version })
        .catch(unless(NOT_FOUND));
      return (found?.workerDeploymentVersionInfo?.taskQueueInfos ?? []).map(({ name }) => name ?? '');
    },

    /** Forgets a version that has drained or was never used. @returns whether the server lets it go */
    forget: async (version: Version): Promise<boolean> => {
      try {
        await workflowService.deleteWorkerDeploymentVersion({ ...common, deploymentVersion: version });
        return true;
      } catch (error) {
        if (isGrpcServiceError(error)) return false;
        throw error;
      }
    },

    /** Build ids of all versions, the oldest first. */
    all: async (deploymentName: string): Promise<readonly string[]> => {
      const info = await routing(deploymentName).catch(unless(NOT_FOUND));
      const secondsOf = (time: { seconds?: unknown } | null | undefined): number => Number(time?.seconds ?? 0);
      return [...(info?.versionSummaries ?? [])]
        .sort((a, b) => secondsOf(a.createTime) - secondsOf(b.createTime))
        .map(({ deploymentVersion }) => deploymentVersion?.buildId ?? '');
    },
  };
}

/** The exact releases the contract suites are measured against, and where each may come from. */
export const KUBERNETES = '1.36.1'
export const KWOK = '0.8.0'
export const ARGO_CD = '3.5.7'
export const VERSITYGW = '1.8.0'

export type Tool = {
  name: string
  version: string
  /**
   * The official binary, where it is published by itself; its checksum stands in a file of its own or in GitHub's
   * description of the release.
   */
  download?: { url: string; checksum: { file: string } | { release: string; asset: string } }
  build: { folder: string; package: string; linkerFlags: string }
}

const platform = process.platform === 'darwin' ? 'darwin' : 'linux'
const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64'
const [major, minor] = KUBERNETES.split('.')
const stamp = 'k8s.io/component-base/version'

const kubernetesTool = (name: string): Tool => {
  const url = `https://dl.k8s.io/v${KUBERNETES}/bin/${platform}/${architecture}/${name}`
  return {
    name,
    version: KUBERNETES,
    download: { url, checksum: { file: `${url}.sha256` } },
    build: {
      folder: 'kubernetes',
      package: `k8s.io/kubernetes/cmd/${name}`,
      linkerFlags: `-X ${stamp}.gitVersion=v${KUBERNETES} -X ${stamp}.gitMajor=${major} -X ${stamp}.gitMinor=${minor}`,
    },
  }
}

const gitHubTool = (tool: Omit<Tool, 'download'> & { repository: string; asset: string }): Tool => ({
  name: tool.name,
  version: tool.version,
  build: tool.build,
  download: {
    url: `https://github.com/${tool.repository}/releases/download/v${tool.version}/${tool.asset}`,
    checksum: {
      release: `https://api.github.com/repos/${tool.repository}/releases/tags/v${tool.version}`,
      asset: tool.asset,
    },
  },
})

export const TOOLS: readonly Tool[] = [
  kubernetesTool('kube-apiserver'),
  kubernetesTool('kube-controller-manager'),
  kubernetesTool('kube-scheduler'),
  gitHubTool({
    name: 'kwok',
    version: KWOK,
    repository: 'kubernetes-sigs/kwok',
    asset: `kwok-${platform}-${architecture}`,
    build: { folder: 'kwok', package: 'sigs.k8s.io/kwok/cmd/kwok', linkerFlags: '' },
  }),
  gitHubTool({
    name: 'argocd',
    version: ARGO_CD,
    repository: 'argoproj/argo-cd',
    asset: `argocd-${platform}-${architecture}`,
    build: {
      folder: 'argocd',
      package: 'github.com/argoproj/argo-cd/v3/cmd',
      linkerFlags: `-X github.com/argoproj/argo-cd/v3/common.version=${ARGO_CD}`,
    },
  }),
]

/** The S3 server that the suite of the object store runs on; no part of the control plane. */
export const S3_SERVER: Tool = {
  name: 'versitygw',
  version: VERSITYGW,
  build: {
    folder: 'versitygw',
    package: 'github.com/versity/versitygw/cmd/versitygw',
    linkerFlags: `-X main.Version=v${VERSITYGW}`,
  },
}

export type DataSet = { name: string; version: string; module: string; raw: string; files: readonly string[] }

/** Files the binaries need beside them: Argo CD's custom resources and helper scripts, kwok's stages. */
export const DATA_SETS: readonly DataSet[] = [
  {
    name: 'argocd-files',
    version: ARGO_CD,
    module: `github.com/argoproj/argo-cd/v3@v${ARGO_CD}`,
    raw: `https://raw.githubusercontent.com/argoproj/argo-cd/v${ARGO_CD}`,
    files: [
      'manifests/crds/application-crd.yaml',
      'manifests/crds/applicationset-crd.yaml',
      'manifests/crds/appproject-crd.yaml',
      'hack/git-verify-wrapper.sh',
      'hack/gpg-wrapper.sh',
    ],
  },
  {
    name: 'kwok-files',
    version: KWOK,
    module: `sigs.k8s.io/kwok@v${KWOK}`,
    raw: `https://raw.githubusercontent.com/kubernetes-sigs/kwok/v${KWOK}`,
    files: [
      'kustomize/stage/node/fast/node-initialize.yaml',
      'kustomize/stage/pod/fast/pod-complete.yaml',
      'kustomize/stage/pod/fast/pod-ready.yaml',
      'kustomize/stage/pod/fast/pod-delete.yaml',
    ],
  },
]

export type SystemTool = { name: string; hint: string; debian: { package: string; service: string } | undefined }

/** Taken from PATH only: every distribution has them. */
export const SYSTEM_TOOLS: readonly SystemTool[] = [
  {
    name: 'etcd',
    hint: 'apt-get install etcd-server, or brew install etcd',
    debian: { package: 'etcd-server', service: 'etcd' },
  },
  {
    name: 'redis-server',
    hint: 'apt-get install redis-server, or brew install redis',
    debian: { package: 'redis-server', service: 'redis-server' },
  },
  { name: 'git', hint: 'install git', debian: undefined },
]

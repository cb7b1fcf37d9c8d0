// Below Pyodide's own start: how Python begins in the browser of somebody who takes the course.
// What only figures need is loaded when a cell is run that names one of the modules that draw.

const UNUSED = ["ssl"]; // the kernel asks for it at its start and never uses it
const LATE = ["matplotlib", "ipywidgets", "anywidget", "tqdm"];
const DRAWS = // packages, or modules of dlbook that need them
  /\b(matplotlib|ipywidgets|anywidget|tqdm|PIL|dlbook\b[^]*\b(plots|explore|train|data|capstone|blueprints|colors|diagram|picture|\w+_drawing))\b/;

// Here an address has 32 bits. NumPy then refuses to count what is stored in 64, as most labels are.
const COUNTING = `
import functools
import numpy

def _counting(function, place):
    @functools.wraps(function)
    def wrapped(*given, **options):
        given = list(given)
        if place < len(given) and getattr(given[place], "dtype", None) == numpy.int64:
            given[place] = given[place].astype(numpy.intp)
        return function(*given, **options)

    return wrapped

numpy.bincount = _counting(numpy.bincount, 0)
numpy.repeat = _counting(numpy.repeat, 1)
`;

function forTheCourse(load) {
  return async ({ packages = [], ...options } = {}) => {
    const wanted = packages.filter((name) => !UNUSED.includes(name));
    const pyodide = await load({ ...options, packages: wanted });
    pyodide.runPython(COUNTING, { globals: pyodide.toPy({}) });
    const loadImports = pyodide.loadPackagesFromImports;
    pyodide.loadPackagesFromImports = async (code, ...rest) => {
      if (DRAWS.test(code)) await loadLate(pyodide);
      return loadImports(code, ...rest);
    };
    return pyodide;
  };
}

// Without a network some of it stays away: the next cell that draws asks again.
async function loadLate(pyodide) {
  const isThere = (name) => name in pyodide.loadedPackages;
  if (LATE.every(isThere)) return;
  await pyodide.loadPackage(LATE);
  if (isThere("tqdm")) quiet(pyodide);
}

// A progress bar has no thread here that could watch over it.
function quiet(pyodide) {
  pyodide.runPython("import tqdm; tqdm.tqdm.monitor_interval = 0");
}

// The list of packages names each by its content, so an old list is all that could be out of date.
function current(fetch) {
  return (address, options) => {
    const isList = String(address.url ?? address).endsWith("/pyodide-lock.json");
    return fetch(address, isList ? { ...options, cache: "no-cache" } : options);
  };
}

// What does not arrive is told to the page (lost.js): else a cell would wait for it without end. It
// is asked for twice, since a browser keeps for a while that a file was not there.
function telling(fetch) {
  return async (address, options) => {
    const name = String(address.url ?? address).match(/\/pyodide\/([^/]+)$/)?.[1];
    if (!name) return fetch(address, options);
    const first = await fetch(address, options).catch(() => null);
    if (first?.ok) return first;
    try {
      const second = await fetch(address, { ...options, cache: "reload" });
      if (second.ok) return second;
      throw new Error(`${name}: ${second.status}`);
    } catch (error) {
      self.postMessage({ lost: name });
      throw error;
    }
  };
}

// Hosts compress text, and many of them not the ten megabytes of Python itself: so it lies there
// compressed to three, and is unpacked here.
function unpacking(fetch) {
  return async (address, ...rest) => {
    const packed = String(address.url ?? address).endsWith("/pyodide.asm.wasm");
    if (!packed || typeof DecompressionStream === "undefined") return fetch(address, ...rest);
    const reply = await fetch(`${address.url ?? address}.packed`, ...rest);
    const stream = reply.body.pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream, { headers: { "content-type": "application/wasm" } });
  };
}

if (typeof importScripts === "function") {
  self.fetch = unpacking(telling(current(self.fetch.bind(self))));
  loadPyodide = forTheCourse(loadPyodide);
}

// Runs notebooks in Pyodide as the kernel in a browser does, and says what became of each cell.
// usage: node run_in_node.mjs PYODIDE_FOLDER KERNEL_JS NOTEBOOK...   prints one JSON line a cell

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [folder, kernelFile, ...notebooks] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide.mjs`));
const forTheCourse = new Function(`${readFileSync(kernelFile, "utf8")}\nreturn forTheCourse;`)();
const now = () => (process.cpuUsage().user + process.cpuUsage().system) / 1e6; // CPU seconds
const say = (entry) => process.stdout.write(JSON.stringify(entry) + "\n");
console.log = () => {}; // what is loaded

async function kernel() {
  const packages = ["comm", "dlbook", "ipykernel", "ipython", "micropip", "piplite"];
  packages.push("pyodide_kernel", "sqlite3", "ssl");
  const elsewhere = (text) => process.stderr.write(`${text}\n`); // what no cell has said
  const options = { indexURL: `${folder}/`, packages, stdout: elsewhere, stderr: elsewhere };
  const pyodide = await forTheCourse(loadPyodide)(options);
  await pyodide.runPythonAsync("import pyodide_kernel");
  const found = pyodide.globals.get("pyodide_kernel");
  const { kernel_instance: kernel, stdout_stream: stdout, stderr_stream: stderr } = found;
  const shell = kernel.interpreter;
  const told = { stdout: "", stderr: "", shown: [] };
  const stream = (name, text) => void (told[name] += text);
  stdout.publish_stream_callback = stream;
  stderr.publish_stream_callback = stream;
  const text = (data) => (data.toJs ? data.toJs().get("text/plain") : data["text/plain"]) ?? "";
  const show = (data) => void told.shown.push(String(text(data)));
  shell.display_pub.display_data_callback = show;
  shell.display_pub.update_display_data_callback = () => {};
  shell.display_pub.clear_output_callback = () => {};
  shell.displayhook.publish_execution_result = (_, data) => show(data);
  shell.send_comm = () => {};
  kernel._parent_header = pyodide.toPy({});
  return { kernel, told };
}

for (const path of notebooks) {
  const begun = now();
  const { kernel: python, told } = await kernel();
  say({ path, id: "", seconds: now() - begun, ...told });
  for (const cell of JSON.parse(readFileSync(path, "utf8")).cells) {
    if (cell.cell_type !== "code") continue;
    Object.assign(told, { stdout: "", stderr: "", shown: [] });
    const start = now();
    const reply = (await python.run(cell.source.join(""))).toJs();
    const problem = reply.get("status") === "ok" ? "" : `${reply.get("ename")}: ${reply.get("evalue")}`;
    say({ path, id: cell.id, seconds: now() - start, problem, ...told });
  }
}
process.exit(0);

// Places of the nodes of a small graph: linked ones attract, all others repel each other. The same graph gets the same
// picture. Pure.

const ROUNDS = 120;
const MARGIN = { x: 60, y: 30 };

/** A map from each node to `{ x, y }`, inside of `width` and `height`. */
export function layOut(nodes, links, width, height) {
  const start = (index) => {
    const angle = (2 * Math.PI * index) / nodes.length;
    return { x: Math.cos(angle), y: Math.sin(angle) };
  };
  const places = new Map(nodes.map((node, index) => [node, start(index)]));
  const list = [...places.values()];
  const distance = 1.6 / Math.sqrt(Math.max(1, nodes.length));
  for (let round = 0; round < ROUNDS; round += 1) {
    const step = 0.12 * (1 - round / ROUNDS);
    const forces = new Map(list.map((place) => [place, { x: 0, y: 0 }]));
    const push = (a, b, strength) => {
      const [dx, dy] = [a.x - b.x, a.y - b.y];
      const length = Math.max(0.01, Math.hypot(dx, dy));
      const force = strength(length) / length;
      forces.get(a).x += dx * force;
      forces.get(a).y += dy * force;
      forces.get(b).x -= dx * force;
      forces.get(b).y -= dy * force;
    };
    list.forEach((a, index) => list.slice(index + 1).forEach((b) => push(a, b, (length) => distance ** 2 / length)));
    links.forEach(([a, b]) => push(places.get(a), places.get(b), (length) => -(length ** 2) / distance));
    for (const [place, force] of forces) {
      const length = Math.max(0.001, Math.hypot(force.x, force.y));
      const moved = Math.min(length, step) / length;
      place.x += force.x * moved;
      place.y += force.y * moved;
    }
  }
  return fit(places, width, height);
}

/** Stretches the picture to its frame. */
function fit(places, width, height) {
  const scale = (name, size) => {
    const values = [...places.values()].map((place) => place[name]);
    const [least, most] = [Math.min(...values), Math.max(...values)];
    const span = most - least;
    return (value) => Math.round(span < 0.01 ? size / 2 : MARGIN[name] + ((value - least) / span) * (size - 2 * MARGIN[name]));
  };
  const [x, y] = [scale("x", width), scale("y", height)];
  return new Map([...places].map(([node, place]) => [node, { x: x(place.x), y: y(place.y) }]));
}

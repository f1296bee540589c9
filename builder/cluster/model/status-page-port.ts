/** Port of every node's status page; port 80 leads to it while nothing else is there. */
export const statusPagePort = 9280;
